from firmware.app import run

try:
    run()
except KeyboardInterrupt:
    meter = __import__("firmware.console.start", None, None, ("run",)).run()
