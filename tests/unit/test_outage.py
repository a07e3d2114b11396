"""Promise: an outage over Wi-Fi is one event with its fault, whatever it lasts."""

from expect import expect
from firmware.core import event, fault
from firmware.core.errors import TlsError, UplinkError
from firmware.outage import begins, ends
from firmware.storage.retained import RetainedState
from firmware.storage.state import State
from ports import FakePower


class _Wakes:
    """Each report in a wake of its own: between them only what is retained."""

    def __init__(self):
        self.power, self.told, self.stores = FakePower(), [], True
        RetainedState(self.power).save(State())

    def failed(self, *error, kind=UplinkError):
        self._in_a_wake(lambda retained: begins(retained, self._note, kind("why", *error)))

    def succeeded(self):
        self._in_a_wake(ends)

    def _in_a_wake(self, act):
        retained = RetainedState(self.power)
        state = retained.load()
        act(retained)
        retained.save(state)

    def _note(self, code, before, after, text):
        self.told += [(code, before, after)] if self.stores else []
        return self.stores


def test_each_fault_is_told_once_until_there_is_another_or_a_report_gets_through():
    wakes = _Wakes()
    for _ in range(5):
        wakes.failed()
    for _ in range(3):
        wakes.failed(fault.BROKER, 5)
    wakes.failed(fault.BROKER, 4)
    wakes.failed(-0x2700, kind=TlsError)
    wakes.failed(-0x2700, kind=TlsError)
    wakes.succeeded()
    wakes.succeeded()
    wakes.failed(-0x2700, kind=TlsError)
    expect({code for code, _, _ in wakes.told}, {event.LINK})
    told = [(fault.WIFI, 0), (fault.BROKER, 5), (fault.BROKER, 4)] + 2 * [(fault.TLS, -0x2700)]
    expect([(before, after) for _, before, after in wakes.told], told)


def test_what_could_not_be_stored_is_told_by_the_next_report_that_fails():
    wakes = _Wakes()
    wakes.stores = False
    wakes.failed(fault.CONNECT)
    wakes.stores = True
    wakes.failed(fault.CONNECT)
    expect(wakes.told, [(event.LINK, fault.CONNECT, 0)])
