"""`rill leaks`: the detectors of the meter on recordings of water, in a unix-port MicroPython."""
