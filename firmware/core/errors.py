"""Everything that may go wrong by name: raised where it is known, caught in the wake cycle."""


class MeterError(Exception):
    pass


class ConfigError(MeterError):
    """One sentence that names the key, the value and the limit."""


class StorageFault(MeterError):
    """The journal or the checkpoint could not be read or written; the message says which."""


class NewerFormat(StorageFault):
    """A newer firmware made the journal: it is left as it is, and nobody makes it anew."""


class UplinkError(MeterError):
    """A report did not get through; what was not acknowledged stays in the journal."""
