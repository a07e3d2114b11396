"""One command of `meter`, from its arguments to what it says. No traceback for what people do."""

import builtins

from firmware.console.paper import Paper
from firmware.core.errors import MeterError
from firmware.passing import call


def do(session, name, given, named):
    """Run it. All that is printed meanwhile, by whomever, is wrapped to 80 columns."""
    if session.is_busy:
        print("a command runs already")
        return
    session.use()
    session.is_busy = True
    printed, paper = builtins.print, Paper(builtins.print)
    builtins.print = paper.say
    try:
        _run(session, name, given, named)
    except KeyboardInterrupt:
        session.change(lambda: _stop(session))
    except EOFError:
        print("stopped: Ctrl-D")
    except (MeterError, ValueError, OverflowError, OSError) as error:
        print(error)
    except MemoryError:
        print("The meter has no memory left for it at the prompt. meter.sleep(), then it has.")
    finally:
        builtins.print = printed
        session.is_busy = False
        session.use()


def _run(session, name, given, named):
    found = call("firmware.console.commands", "looked_up", name, given, named)
    session.change(session.tend)
    module, function, values = found
    getattr(__import__(module, None, None, (function,)), function)(session, *values)


def _stop(session):
    session.recall()
    print("\nstopped")
