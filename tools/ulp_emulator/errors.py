"""What stops the emulator."""


class UlpError(Exception):
    """The program did something that no documentation defines, or that isn't modelled."""
