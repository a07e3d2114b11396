"""The profile "senml": SenML in JSON (RFC 8428) on topics of our own, docs/payload.md."""

import json

from firmware.uplink import senml_records
from firmware.uplink.plain import Profile as PlainProfile
from firmware.uplink.rows import Rows


def _number(value, exponent):
    """The decimal digits of value times ten to the exponent, 0 or less: exactly."""
    if not exponent:
        return str(value)
    digits = str(abs(value))
    digits = "0" * (1 - exponent - len(digits)) + digits
    return "%s%s.%s" % ("-" if value < 0 else "", digits[:exponent], digits[exponent:])


def _record(base, name, unit, value, exponent):
    parts = ['{%s"n":"%s"' % (base, name)]
    if unit:
        parts.append('"u":"%s"' % unit)
    if isinstance(value, str):
        parts.append('"vs":%s}' % json.dumps(value))
    else:
        parts.append('"v":%s}' % _number(value, exponent))
    return ",".join(parts)


class Batch(Rows):
    END = b"]"

    def head(self, fields):
        base = '"bn":"%s",' % senml_records.base_name(fields)
        records = []
        for one in senml_records.of_message(fields):
            records.append(_record(base, *one))
            base = ""
        self._base = base  # for the first record, if no other one has it
        return ("[" + "".join([record + "," for record in records])).encode()

    def row(self, seq, found, dated, columns):
        # Without a time it would be the one before; 0 is what no time is.
        base = '"bt":%d,' % (dated[0] or 0)
        if not self.count:
            base = self._base + base
        records = []
        for one in senml_records.of_record(seq, found, dated, columns):
            records.append(_record(base, *one))
            base = ""
        return ",".join(records).encode()


class Profile(PlainProfile):
    def batch(self, fields, budget_bytes):
        return Batch(fields, budget_bytes)
