"""What a technician does at the prompt, with the cell connected: `from firmware import prompt`."""

from firmware import app
from firmware.core.errors import ConfigError, MeterError, StorageFault
from firmware.hal.clock import Clock
from firmware.hal.nvs import Nvs
from firmware.hal.power import Power
from firmware.keeping import Keeping
from firmware.service import register
from firmware.storage.checkpoint import Vault
from firmware.storage.retained import RetainedState
from firmware.timing import when

_USUAL_K = (700, 1400)  # thousandths, of probes of this class


def body_reading(litres, who):
    """The meter body shows so many litres now."""
    _do(lambda state, keeping: register.set_body_reading(state, keeping, _ml(litres), _name(who)))


def hand_over(litres, who):
    """This board replaces one whose odometer stood at so many litres."""

    def act(state, keeping):
        before_ml = state.odometer_ml
        register.hand_over(state, keeping, _ml(litres), _name(who))
        if app.board.FLUSH_PIN is not None:
            _filter_log().shift(state.odometer_ml - before_ml)  # no water of this filter

    _do(act)


def send_again(seq):
    """With the next report: all acknowledged readings from number seq on that are still there."""
    _do(lambda state, keeping: _ask_again(state, keeping, seq))


def calibrate_tds(us_per_cm, who, with_last=False, probe="tds"):
    """The TDS probe stands in a solution of so many uS/cm at 25 degrees.

    with_last: the second of two, a line through both. probe: "product_tds" is that of a purifier.
    """
    _calibrate(lambda at: at.tds(_milli(us_per_cm), _name(who), None, probe, with_last))


def calibrate_clear_water(who):
    """The turbidity probe stands in clear water."""
    _calibrate(lambda at: at.clear_water(_name(who)))


def calibrate_turbidity(ntu, who):
    """The turbidity probe stands in a standard of so many NTU."""
    _calibrate(lambda at: at.turbidity(_milli(ntu), _name(who)))


def change_filter(who):
    """The purifier has a new filter."""
    from firmware.filtering import change_filter as change

    def act(state, keeping):
        if app.board.FLUSH_PIN is None:
            raise ValueError("this board is not in a purifier")
        keeping.store()  # what the journal knows of before is in the odometer then
        now_s = state.time.now_s() if state.time.is_known() else 0
        change(_filter_log(), keeping, state.odometer_ml, now_s, _name(who))
        print("a new filter, from odometer %d L on" % (state.odometer_ml // 1000))

    _do(act)


def alarms():
    """What is wrong now, by the last look: what it is, since when, how much, what to do."""
    from firmware.alarms_on import active
    from firmware.service.alarm_sentences import sentence
    from firmware.service.local_time import local

    def act(state, keeping):
        keeping.look_at_clock()
        found = _configuration(state, keeping)

        def here(ago_s):
            known = state.time.is_known()
            return local(state.time.now_s() - ago_s, found.timezone_min) if known else ""

        print("now: %s" % (here(0) or "the time is not known yet"))
        on, up_s, signs = active(state, found, retained)
        for change in on:
            print(sentence(change, up_s, here(up_s - change.since_s), signs))
        if not on:
            print("no alarm is on")

    retained = RetainedState(Power(app.board.BUTTON_PIN, app.board.ULP_MEASURE))
    retained.load()
    _do(act)


def link():
    """How the last report went, and what to do about it."""
    from firmware.service.link_faults import sentence, tried
    from firmware.storage.modem_state import ModemState

    def act(state, keeping):
        known = ModemState(retained)
        if known.fault:
            print(sentence(known.fault, known.cause))
        else:
            print("the last report got through, or none was tried yet")
        if _configuration(state, keeping).link == "wifi":
            print("reports failed in a row: %d" % state.failures)
            return
        if known.fault:
            print("tried last: %s" % tried(known.rung))
        if known.rsrp_dbm:
            print("signal %d dBm, coverage level %d" % (known.rsrp_dbm, known.ecl))
        else:
            print("the signal has not been measured yet")
        if known.active_s >= 0:
            print("power saving: T3324 %d s, T3412 %d s" % (known.active_s, known.periodic_s))
        else:
            print("power saving is not granted: the modem is switched off between reports")
        spent_j = (known.spent_mj + known.alarm_mj) // 1000
        print("energy of the day: %d J; reports failed in a row: %d" % (spent_j, state.failures))

    retained = RetainedState(Power(app.board.BUTTON_PIN, app.board.ULP_MEASURE))
    if retained.load() is None:
        print("this meter has not been awake since it got power")
        return
    _do(act)


def energy():
    """What has taken energy, as counts of docs/energy.md: until the last sum, and since then."""
    from firmware.remaining import show
    from firmware.service.acts import COUNTS
    from firmware.storage.ledger import since, stored

    def act(state, keeping):
        nvs = keeping.vault.nvs
        print(show(nvs, _configuration(state, keeping).cell_mah))
        found = stored(nvs)[3:]
        print("counted for %d h, %d polls of the coprocessor" % (found[0] // 3600, found[1]))
        for name, total, more in zip(COUNTS, found[2:], since(nvs, retained)):
            if total or more:
                print("%s %d + %d" % (name, total, more))

    retained = RetainedState(Power(app.board.BUTTON_PIN, app.board.ULP_MEASURE))
    retained.load()
    _do(act)


def new_cell(who):
    """A new cell is in: what has been counted is of the one before."""
    from firmware.spending import new_cell as begin

    _do(lambda state, keeping: begin(keeping.vault.nvs, keeping.note, _name(who)))


def _configuration(state, keeping):
    """As the next wake has it, with what commands have set. ConfigError."""
    from firmware.configuring import configured

    found = configured(app.Files(""), state, keeping)
    if found is None:
        raise ConfigError("no configuration can be read")
    return found


def _filter_log():
    from firmware.storage.filter_log import FilterLog

    return FilterLog(Nvs())


def _calibrate(act):
    from firmware import config
    from firmware.calibrating import Calibrating
    from firmware.storage.calibrations import Calibrations

    def calibrate(state, keeping):
        found, _, _ = config.load(app.Files(""), 0)
        now = state.time.now_s() if state.time.is_known() else 0
        at = Calibrating(found, Clock(), Calibrations(Nvs()), now, keeping.note)
        new = act(at)
        print("factor %d/1000, offset %d mV" % (new.k_milli, new.offset_uv // 1000))
        if not _USUAL_K[0] <= new.k_milli <= _USUAL_K[1]:
            print("that is unusual: is the probe clean, and the standard fresh?")

    _do(calibrate)


def _ask_again(state, keeping, seq):
    state.again_seq = max(seq, keeping.store().readings.first_seq())
    state.again_end = state.cursor_seq
    state.again_stream = 0
    if not keeping.keep():
        raise StorageFault("a loss of power would undo it: ask again")
    print("%d readings go out again" % max(0, state.again_end - state.again_seq))


def _ml(litres):
    return int(round(litres * 1000))


def _milli(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("%r is not a number" % (value,))
    return int(1000 * value)


def _name(who):
    if not isinstance(who, str) or not who:
        raise ValueError("who does it? A name in quotes, please, not %r" % (who,))
    return who


def _do(act):
    clock, power = Clock(), Power(app.board.BUTTON_PIN, app.board.ULP_MEASURE)
    retained = RetainedState(power)
    state = retained.load()
    if state is None:
        print(
            "this meter has not been awake since it got power: let it sleep once, then come back"
        )
        return
    vault, faults = Vault(Nvs()), state.store_faults

    def commit():
        retained.save(state)

    def now():
        state.time.look(*clock.slow())
        return when(state.time)

    keeping = Keeping(
        lambda segment, is_damaged: app.open_store(vault, segment, is_damaged),
        vault,
        _never,
    )
    keeping.begin(state, commit, now, retained.count)
    try:
        act(state, keeping)
    except (MeterError, ValueError, OverflowError, OSError) as error:
        print(error)
    state.store_faults = faults  # only wakes count towards making a journal anew
    commit()
    print("odometer %d L, body %d L" % _litres(state))


def _never(state):
    raise StorageFault("no journal is made anew from the prompt")


def _litres(state):
    return state.odometer_ml // 1000, (state.odometer_ml + state.offset_ml) // 1000
