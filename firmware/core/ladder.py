"""What is tried after a failure of the link, cheapest first, each once a report.

A refusal is honoured: no modem is restarted because a broker says no, and no network is asked
again that has denied the registration (GSMA TS.34), unless it says that it has merely lost us.
docs/nbiot.md has the table for people.
"""

from firmware.core import fault

SOCKET = 1  # another connection, this time step by step
ADDRESS = 2  # and the broker's address asked for anew
PDP = 3  # and another address of our own
ATTACH = 4  # leave the network and join it again
RESET = 5  # of the modem, by command
KEY = 6  # by its reset pin, or switched off and on by its key
SUPPLY = 7  # ten seconds without power, once a day

_RUNGS = {
    fault.SILENT: (KEY, SUPPLY),
    fault.TIMEOUT: (SOCKET, RESET, KEY),
    fault.RESTARTED: (PDP, ATTACH),
    fault.REFUSED: (PDP, RESET, SUPPLY),
    fault.CLOSED: (SOCKET, PDP, ATTACH),
    fault.PUBACK: (SOCKET, PDP),
    fault.CONNECT: (SOCKET, ADDRESS, PDP),
    fault.DNS: (ADDRESS, PDP),
    fault.BROKER: (SOCKET,),
    fault.TLS: (SOCKET,),
    fault.CONTEXT: (PDP, ATTACH),
    fault.SIM: (KEY,),
    fault.MEMORY: (SOCKET,),
    fault.PPP: (SOCKET,),  # behind it the modem has been reset already
}


_DETACHED = (9, 10, 40)  # causes of a registration: it forgot us, and has us attach at once


def next_rung(found, tried, most=SUPPLY, cause=0):
    """What to do about a fault when the rungs of `tried` did not help; None: give up."""
    rungs = _RUNGS.get(found, ())
    if found == fault.DENIED and cause in _DETACHED:
        rungs = (ATTACH,)
    for rung in rungs:
        if rung <= most and rung not in tried:
            return rung
    return None
