"""One command of `meter`, from its arguments to what it says. No traceback for what people do."""

import builtins

from firmware.console.paper import Paper
from firmware.core.errors import MeterError
from firmware.passing import call


def do(session, name, given, named):
    """Run it. All that is printed meanwhile, by whomever, is wrapped to 80 columns.

    Ctrl-C ends the command, and never what is around it.
    """
    if session.is_busy:
        print("a command runs already")
        return
    printed = builtins.print
    session.keys.hold()
    session.is_busy = True
    try:
        builtins.print = Paper(printed).say
        _run(session, name, given, named)
    finally:
        builtins.print = printed
        session.is_busy = False
        session.use()
        session.keys.release()


def _run(session, name, given, named):
    try:
        found = call("firmware.console.commands", "looked_up", name, given, named)
        session.use()
        session.tend()
        _act(session, *found)
    except KeyboardInterrupt:
        session.keys.hold()
        session.recall()
        print("\nstopped")
    except EOFError:
        print("stopped: Ctrl-D")
    except (MeterError, ValueError, OverflowError, OSError) as error:
        print(error)
    except MemoryError:
        print("The meter has no memory left for it at the prompt. meter.sleep(), then it has.")


def _act(session, module, function, values):
    act = getattr(__import__(module, None, None, (function,)), function)
    session.keys.release()
    try:
        act(session, *values)
    finally:
        session.keys.hold()
