"""Everything that may go wrong by name: raised where it is known, caught in the wake cycle."""

TRIES = 3  # wakes in a row with a damaged journal; then it is made anew


class MeterError(Exception):
    pass


class ConfigError(MeterError):
    """One sentence that names the key, the value and the limit."""


class StorageFault(MeterError):
    """The journal or the checkpoint could not be read or written; the message says which."""


class JournalDamaged(StorageFault):
    """Nothing can be stored in it any more, and only a new one can mend that."""


class NewerFormat(StorageFault):
    """A newer firmware made the journal: it is left as it is, and nobody makes it anew."""


class ProbeError(MeterError):
    """A probe did not answer, or not what it was asked."""


class UplinkError(MeterError):
    """A report did not get through; what was not acknowledged stays in the journal.

    fault: of core/fault.py, 0: none of these. cause: the modem's or the network's own number.
    retry_s: seconds after which to try again, 0: whoever catches it decides.
    """

    def __init__(self, text, fault=0, cause=0):
        super().__init__(text)
        self.fault = fault
        self.cause = cause
        self.retry_s = 0


class TlsError(UplinkError):
    """TLS failed, or the broker is not who it should be; number: mbedTLS's own, or None."""

    def __init__(self, sentence, number=None):
        from firmware.core.fault import TLS  # a wake without a report knows none of those

        super().__init__(sentence, TLS, number or 0)
        self.number = number
