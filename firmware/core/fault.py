"""What may be wrong between the meter and the head end, as codes of event 21: docs/nbiot.md.

The number beside each is the modem's own, or the network's: the cause.
"""

SILENT = 1  # nothing answers at the modem's UART
OTHER = 2  # another modem than the configured one
SPEED = 3  # it spoke at another speed, the cause; it was told to use the right one
SIM = 4  # missing or broken; cause: of +CME ERROR
PIN = 5  # the SIM is locked
DENIED = 6  # registration; cause: of 3GPP TS 24.301, table 9.9.3.9.1
COVERAGE = 7  # no cell found in the time that there was
CONTEXT = 8  # no address from the network
DNS = 9
CONNECT = 10  # the broker's host does not answer, or refuses
BROKER = 11  # the broker refuses; cause: of CONNACK
TLS = 12
PUBACK = 13  # not acknowledged in time
CLOSED = 14  # the connection ended
TIMEOUT = 15  # the modem answers, but not this; afterwards it does again
RESTARTED = 16  # the modem, in the middle of our work
REFUSED = 17  # a command; cause: of +CME ERROR
PPP = 19  # it did not come up; the modem's own sockets are used instead
MEMORY = 20  # of the meter, full or in pieces
WIFI = 21  # the network was not joined
BUDGET = 18  # of time or energy: spent
