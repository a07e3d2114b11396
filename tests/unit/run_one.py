"""Runs one test function in MicroPython: run_one.py IMAGE FILE FUNCTION"""

import sys


def main(image, path, name):
    here = path.rpartition("/")[0]
    sys.path[:] = [here + "/support", image, ".frozen", image + "/lib"]
    scope = {"__name__": "test"}
    with open(path) as f:
        exec(compile(f.read(), path, "exec"), scope)
    scope[name]()


main(*sys.argv[1:])
