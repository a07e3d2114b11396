"""What each command of `meter` takes and where it is done: one table, and a look at arguments."""

from micropython import const

_LOOKING = "firmware.console.looking"
_CHANGING = "firmware.console.changing"
_CALIBRATING = "firmware.console.calibrating"
_HISTORY = "firmware.console.history"
_SETTINGS = "firmware.console.setting"
_INSTALLER = "firmware.console.installer"
_M3 = "m3"  # as a type: a reading; it becomes millilitres
_FLOAT_M3 = const(8000)  # below it, a number of this chip (24 bits) is right to a litre
_MUST = "must"  # instead of a default: the argument must be given
_ANY = "any"  # instead of arguments: keys and values of the configuration

# name: module, function, (argument, its type, default) ..., an example
COMMANDS = {
    "status": ("firmware.console.status", "status", (), "meter.status()"),
    "read": ("firmware.console.watching", "read", (), "meter.read()"),
    "watch": ("firmware.console.watching", "watch", (("seconds", int, 0),), "meter.watch(30)"),
    "test": ("firmware.console.testing", "test", (), "meter.test()"),
    "report": ("firmware.console.reports", "report", (), "meter.report()"),
    "link": (_LOOKING, "link", (), "meter.link()"),
    "alarms": (_LOOKING, "alarms", (), "meter.alarms()"),
    "energy": (_LOOKING, "energy", (), "meter.energy()"),
    "events": (_HISTORY, "events", (("count", int, 20),), "meter.events(50)"),
    "export": (_HISTORY, "export", (("days", int, 31),), "meter.export(days=31)"),
    "install": ("firmware.console.installing", "install", (), "meter.install()"),
    "set": (_CHANGING, "set_reading", (("reading_m3", _M3, _MUST),),
            'meter.set(reading_m3="01234,567")'),
    "hand_over": (_CHANGING, "hand_over", (("odometer_m3", _M3, _MUST),),
                  'meter.hand_over(odometer_m3="98.765")'),
    "send_again": (_CHANGING, "send_again", (("number", int, _MUST),), "meter.send_again(4711)"),
    "change_filter": (_CHANGING, "change_filter", (), "meter.change_filter()"),
    "new_cell": (_CHANGING, "new_cell", (), "meter.new_cell()"),
    "config": (_SETTINGS, "config", (("part", str, ""),), 'meter.config("broker")'),
    "configure": (_SETTINGS, "configure", _ANY, 'meter.configure(broker_host="mqtt.example.org")'),
    "calibrate_tds": (_CALIBRATING, "tds", (("us_per_cm", float, _MUST),
                      ("with_last", bool, False), ("probe", str, "tds")),
                      "meter.calibrate_tds(1413)"),
    "calibrate_clear_water": (_CALIBRATING, "clear_water", (), "meter.calibrate_clear_water()"),
    "calibrate_turbidity": (_CALIBRATING, "turbidity", (("ntu", float, _MUST),),
                            "meter.calibrate_turbidity(800)"),
    "sign_in": (_INSTALLER, "sign_in", (("name", str, ""), ("code", str, "")),
                'meter.sign_in("A. Miller", "4711")'),
    "set_code": (_INSTALLER, "set_code", (("new", str, _MUST),), 'meter.set_code("4711")'),
    "erase": ("firmware.console.erasing", "erase", (), "meter.erase()"),
    "sleep": ("firmware.console.status", "sleep", (), "meter.sleep()"),
    "help": ("firmware.console.help", "help", (), "meter.help()"),
}  # fmt: skip
_KINDS = {int: "a whole number", float: "a number", str: "a text in quotes", bool: "True or False"}


def names():
    """Of all of them."""
    return tuple(COMMANDS)


def looked_up(name, given, named):
    """(module, function, its arguments) of a command. ValueError: a sentence and an example."""
    module, function, wanted, example = COMMANDS[name]
    try:
        return module, function, _arguments(wanted, given, named)
    except ValueError as wrong:
        raise ValueError("%s: %s. For example:\n  %s" % (name, wrong, example))


def _arguments(wanted, given, named):
    """The values for a function, in its order."""
    if wanted == _ANY:
        if given or not named:
            raise ValueError("it takes keys and values, at least one")
        for name, value in named.items():
            if not isinstance(value, (int, str)):
                must = "a whole number or a text in quotes"
                raise ValueError("%s is %s, but must be %s" % (name, _shown(value), must))
        return [named]
    names = [one[0] for one in wanted]
    if len(given) > len(wanted):
        takes = ", ".join(names) or "nothing"
        raise ValueError("it takes %s between its brackets" % takes)
    for name in named:
        if name not in names:
            raise ValueError("%s is not one of its arguments" % name)
    values = []
    for n, (name, kind, default) in enumerate(wanted):
        if n < len(given):
            if name in named:
                raise ValueError("%s is given twice" % name)
            values.append(_checked(name, kind, given[n]))
        elif name in named:
            values.append(_checked(name, kind, named[name]))
        elif default is _MUST:
            raise ValueError("%s is missing" % name)
        else:
            values.append(default)
    return values


def _checked(name, kind, value):
    if kind is _M3:
        return _ml(name, value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is float:
        is_right = is_number and value - value == 0  # neither nan nor inf
    else:
        is_right = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if is_right:
        return value
    raise ValueError("%s is %s, but must be %s" % (name, _shown(value), _KINDS[kind]))


def _ml(name, value):
    """Millilitres of a reading in m3: a number, or a text, which is exact."""
    from firmware.console.asking import MOST_M3, cubic_metres

    if isinstance(value, str):
        return cubic_metres(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("%s is %s, but must be a number of m3" % (name, _shown(value)))
    if not 0 <= value <= MOST_M3:
        raise ValueError("%s is %s, but must be 0 to %d" % (name, _shown(value), MOST_M3))
    if isinstance(value, int):
        return value * 1_000_000
    if value >= _FLOAT_M3:
        raise ValueError('%s is too long for a number here: in quotes, "12345.678"' % name)
    return int(round(value * 1000)) * 1000


def _shown(value):
    shown = repr(value)
    return shown if len(shown) < 30 else "something else"
