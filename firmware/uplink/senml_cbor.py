"""The profile "senml_cbor": SenML in CBOR (RFC 8428) on topics of our own, docs/payload.md."""

from micropython import const

from firmware.core import cbor
from firmware.uplink import senml_records
from firmware.uplink.plain import Profile as PlainProfile

# Labels, RFC 8428, table 4.
_BT = const(-3)
_BN = const(-2)
_N = const(0)
_U = const(1)
_V = const(2)
_VS = const(3)
_MOST_HEAD_BYTES = const(3)  # of an array of up to 65535 records


def _pair(label, value):
    return cbor.integer(label) + (
        cbor.text(value) if isinstance(value, str) else cbor.integer(value)
    )


def _record(base, name, unit, value, exponent):
    """base: pairs that stand in front, as bytes."""
    found = base + [_pair(_N, name)]
    if unit:
        found.append(_pair(_U, unit))
    if isinstance(value, str):
        found.append(_pair(_VS, value))
    elif exponent:
        found.append(cbor.integer(_V) + cbor.decimal(value, exponent))
    else:
        found.append(_pair(_V, value))
    return cbor.pairs(len(found)) + b"".join(found)


class Batch:
    """A Batch of firmware/uplink/plain.py."""

    def __init__(self, fields, budget_bytes):
        base = [_pair(_BN, senml_records.base_name(fields))]
        self._head = b""
        self._heads = 0
        for one in senml_records.of_message(fields):
            self._head += _record(base, *one)
            self._heads += 1
            base = []
        self._base = base  # for the first record, if no other one has it
        self._buffer = bytearray(budget_bytes)
        self._budget_bytes = budget_bytes
        self.clear()

    def clear(self):
        self._used = _MOST_HEAD_BYTES
        self._records = 0
        self.count = 0
        self._put(self._head, self._heads)

    def add(self, seq, found, dated, columns=()):
        base = [_pair(_BT, dated[0] or 0)]  # without a time it would be the one before
        if not self.count:
            base = self._base + base
        data, n = b"", 0
        for one in senml_records.of_record(seq, found, dated, columns):
            data += _record(base, *one)
            n += 1
            base = []
        if self.count and self._used + len(data) > self._budget_bytes:
            return False
        self._put(data, n)
        self.count += 1
        return True

    def payload(self):
        """The finished message, valid until clear()."""
        head = cbor.array(self._records)
        begin = _MOST_HEAD_BYTES - len(head)
        self._buffer[begin:_MOST_HEAD_BYTES] = head
        return memoryview(self._buffer)[begin : self._used]

    def _put(self, data, n):
        end = self._used + len(data)
        self._buffer[self._used : end] = data
        self._used = end
        self._records += n


class Profile(PlainProfile):
    def batch(self, fields, budget_bytes):
        return Batch(fields, budget_bytes)
