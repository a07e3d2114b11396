"""Nothing is decided here yet: the image runs main.py next."""
