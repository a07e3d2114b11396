"""meter.help(): one screen of 24 lines."""

_TEXT = """\
meter          how it is: counting, readings that wait, the last report
meter.read()   odometer, body reading, now      .watch()  live, until a key
meter.test()   tries all, with a report         .link()   how the last one went
meter.report() send what waits, now             .alarms() what is wrong now
meter.events(20)  what happened, newest last    .export(days=31)  readings, CSV
meter.energy() what is left of the cell        .new_cell()  another one is in
INSTALLING     meter.install()  asks, lets water run, tests, proves a report
meter.set(reading_m3="01234,567")  what the body shows; zeros, commas: quotes
meter.hand_over(odometer_m3="98.765")  this board follows another; it asks
meter.send_again(4711)  readings from this number on go out once more
SETTINGS       meter.config()  what is set      .config("broker")  some of it
meter.configure(report_s=3600)  one or more, checked before they are written
PROBES         meter.calibrate_tds(1413)  stands in so many uS/cm
  .calibrate_clear_water()      .calibrate_turbidity(800)  in a standard, NTU
  .calibrate_tds(342, True)     second point    .change_filter()  of a purifier
WHO            meter.sign_in("A. Miller", "code")  else the first change asks
  .set_code("4711")  of installers              .erase()  for another owner
LEAVING        meter.sleep(), or ten minutes without a command
Ctrl-C stops a command and changes nothing. Tab behind meter. completes.
Counting and hourly readings go on meanwhile. The codes: docs/field-guide.md"""


def help(session):
    print(_TEXT)
