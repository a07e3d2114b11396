"""Serves nursery.py: newborn.py FD FOLDER [PROGRAM].

FD is a stream socket. A request is a line of JSON and, with the first part of it, descriptors:
{"arguments": [...], "cwd": "..."} begins an interpreter that has these descriptors as 1, 2, 3 ...;
the answer is its process. {"end": PROCESS, "is_killed": true} ends one; the answer is its status.
FOLDER is where the interpreter's extension module is; PROGRAM, if given, is executed instead.
It runs in a bare Python (-I -S) and imports nothing of Rill.
"""

import array
import fcntl
import json
import os
import signal
import socket
import sys

_MOST_DESCRIPTORS = 4
_FREE_FROM = 16  # descriptors above those that an interpreter is given


def serve(line, program):
    waiting, given = b"", []
    while True:
        while b"\n" not in waiting:
            data, descriptors = _receive(line)
            if not data:
                return  # the process that we serve has ended
            waiting += data
            given += descriptors
        text, waiting = waiting.split(b"\n", 1)
        request = json.loads(text)
        if "end" in request:
            answer = _end(request["end"], request["is_killed"])
        else:
            answer = os.fork()
            if not answer:
                line.close()
                _become(request["arguments"], request["cwd"], given, program)
            for descriptor in given:
                os.close(descriptor)
            given = []
        line.sendall(b"%d\n" % answer)


def _receive(line):
    descriptors = array.array("i")
    size = socket.CMSG_LEN(_MOST_DESCRIPTORS * descriptors.itemsize)
    data, beside, _, _ = line.recvmsg(65536, size)
    for _, _, content in beside:
        descriptors.frombytes(content)
    return data, list(descriptors)


def _end(process, is_killed):
    if is_killed:
        os.kill(process, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def _become(arguments, cwd, given, program):
    """The interpreter, in a session of its own: Ctrl-C at our terminal is ours to handle."""
    status = 127
    try:
        os.setsid()
        os.chdir(cwd)
        nothing = os.open(os.devnull, os.O_RDONLY)
        moved = [fcntl.fcntl(one, fcntl.F_DUPFD, _FREE_FROM) for one in (nothing, *given)]
        for n, descriptor in enumerate(moved):
            os.dup2(descriptor, n)
        os.closerange(len(moved), _FREE_FROM + len(moved))
        if program:
            os.execv(program[0], [program[0], *arguments])
        status = micropython_module.run_main(["micropython", *arguments])
    finally:
        os._exit(status)


if __name__ == "__main__":
    fd, folder, *program = sys.argv[1:]
    if not program:
        sys.path.insert(0, folder)
        import micropython_module
    serve(socket.socket(fileno=int(fd)), program)
