"""What this firmware calls itself in messages and at the console."""

VERSION = "0.1.0"
