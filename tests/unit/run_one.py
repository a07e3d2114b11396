"""Runs one test function in MicroPython: run_one.py IMAGE FILE FUNCTION [all]

all: where a test cuts a wake at some of its port calls, it does so at each (support/cuts.py).
"""

import sys


def main(image, path, name, extent=""):
    # The interpreter keeps names in pools, each twice as large as the one before. These see to it
    # that the large one is made while there is a place for it; the firmware alone needs none.
    for n in range(300):
        hasattr(sys, "_%d" % n)
    here = path.rpartition("/")[0]
    sys.path[:] = [here + "/support", image, ".frozen", image + "/lib"]
    if extent == "all":
        import cuts

        cuts.MEAN = 1
    scope = {"__name__": "test"}
    with open(path) as f:
        exec(compile(f.read(), path, "exec"), scope)
    scope[name]()


main(*sys.argv[1:])
