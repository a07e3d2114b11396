"""Promise: once a day, and after each change, the meter says how it is; what is kept back of its
readings by `coarse` is never sent.
"""

import json
from binascii import hexlify

from expect import expect
from firmware.core import event, record
from firmware.core.hmac import hmac_sha256
from firmware.timing import dated
from meter import CONFIG, Meter
from watch import begun, wakes

_KEY = b"\x17" * 32
_COARSE = CONFIG % 3600
_COARSE = _COARSE.replace(b"}", b', "coarse": 1}')


def _told(meter, name="status"):
    told = meter.network.told
    return [json.loads(payload) for topic, payload in told if topic == "rill/m/" + name]


def test_a_status_goes_out_with_the_first_report_of_each_day():
    meter = begun(Meter())
    wakes(meter, 38)
    told = _told(meter)
    days = [one["time_s"] // 86400 for one in told]
    expect(days, sorted(set(days)))
    expect(len(days) in (3, 4), True)
    expect((told[0]["v"], told[0]["device"], told[0]["boot"]), (2, "m", 1))
    expect([one["reset_causes"] for one in told[:2]], [["power_on"], []])


def test_a_status_follows_each_change_of_the_configuration_or_the_firmware():
    meter = begun(Meter())
    wakes(meter, 2)
    before = len(_told(meter))
    meter.system.put_config(
        b'{"device": "m", "broker_host": "b", "report_s": 3600, "burst_s": 60}'
    )
    wakes(meter, 2)
    first, second = _told(meter)[before - 1 :]
    expect(first["configuration"] == second["configuration"], False)
    state = meter.state()
    state.told_crc += 1  # as another firmware would have it
    retained = meter.retained()
    retained.load()
    retained.save(state)
    wakes(meter, 1)
    expect(len(_told(meter)), before + 2)


def test_a_status_follows_a_setting_that_was_commanded():
    meter = begun(Meter())
    wakes(meter, 2)
    before = len(_told(meter))
    meter.system.contents["command.key"] = hexlify(_KEY)
    signed = b"rill1 m 1 4000000000 report_s 7200"
    meter.network.commands.append(signed + b" " + hexlify(hmac_sha256(_KEY, signed))[:32])
    wakes(meter, 5)
    expect([one["report_s"] for one in _told(meter)[before - 1 :]], [3600, 7200])
    signed = b"rill1 m 2 4000000000 timezone_min -210"
    meter.network.commands.append(signed + b" " + hexlify(hmac_sha256(_KEY, signed))[:32])
    wakes(meter, 5)
    expect([one["timezone_min"] for one in _told(meter)[before:]], [0, -210])


def test_a_status_that_was_not_acknowledged_comes_again_with_all_its_causes():
    meter = Meter()
    meter.network.no_puback = True
    meter.wake()
    expect(_told(meter), [])
    meter.network.no_puback = False
    meter.power.why = "watchdog"
    meter.wake()
    wakes(meter, 2)
    expect(_told(meter)[0]["reset_causes"], ["power_on", "watchdog"])


def _is_coarse(meter):
    """True when just the first of each day was sent, each with the flag that says so."""
    state, last = meter.state(), 0
    flags = {row[0]: row[5] for row in meter.network.rows}
    for seq, reading in enumerate(meter.readings(), 1):
        day = (dated(state, reading)[0] + 300) // 86400
        if (day > last) != (seq in flags) or not flags.get(seq, -1) & record.DAILY:
            return False
        last = max(last, day)
    return True


def test_only_the_first_reading_of_each_day_leaves_a_coarse_meter():
    meter = begun(Meter(_COARSE))
    wakes(meter, 38, pulses=3)
    expect(_is_coarse(meter), True)
    expect(len(meter.network.rows) in (3, 4), True)
    expect(meter.events(event.UNREADABLE), [])
    expect(_told(meter)[0]["coarse"], 1)


def test_a_coarse_meter_that_was_offline_for_days_sends_one_reading_of_each():
    meter = begun(Meter(_COARSE))
    meter.network.no_link = True
    wakes(meter, 40, pulses=1)
    meter.network.no_link = False
    wakes(meter, 4, pulses=1)
    expect(_is_coarse(meter), True)


def test_the_cursor_passes_what_is_kept_back_when_the_day_is_acknowledged():
    meter = begun(Meter(_COARSE))
    wakes(meter, 38)
    last = max([row[0] for row in meter.network.rows])
    expect(meter.state().cursor_seq, last + 1)
    before = len(meter.network.rows)
    # Without the mode the rest of the day goes out, and nothing of the days before.
    meter.system.put_config(_COARSE.replace(b'"coarse": 1', b'"coarse": 0'))
    wakes(meter, 2)
    seqs = [row[0] for row in meter.network.rows[before:]]
    expect(seqs, list(range(last + 1, len(meter.readings()) + 1)))


def test_what_is_asked_for_again_is_as_coarse():
    meter = begun(Meter(_COARSE))
    wakes(meter, 38)
    daily = [row[0] for row in meter.network.rows]
    for first in (0, 2, daily[1]):
        before = len(meter.network.rows)
        state = meter.state()
        state.again_seq, state.again_end = first, daily[-1] + 1
        retained = meter.retained()
        retained.load()
        retained.save(state)
        meter.press(early_ms=1_000_000)
        meter.wake()
        again = [row[0] for row in meter.network.rows[before:]]
        expect(again, [seq for seq in daily if seq >= first])


def test_a_coarse_meter_without_a_journal_does_not_tell_each_report_what_was_used():
    meter = begun(Meter(_COARSE))
    meter.storage_fails = True
    wakes(meter, 3, pulses=5)
    expect(meter.network.live, [])
