"""Wires the report: the link that is configured, and what goes over it."""

from firmware.core.errors import UplinkError
from firmware.passing import call, in_passing
from firmware.reporting import Reporting, alarm_waits


def sender(parts):
    """The Reporting of this meter. parts: of a Wake."""
    return Reporting(send=lambda *arguments: send(parts, True, *arguments), **parts)


def send(parts, may_doze, config, store, state, keeping, commit):
    """Publish what is pending over the configured link. UplinkError, StorageFault, OSError.

    may_doze: the CPU may. Nobody is at the prompt, whose keys would be lost, and nothing counts
    with PCNT, which would stand still.
    """
    device = config.device_name(parts["power"].unique_id())

    def publish(link, is_short=False):
        from firmware.report import report

        report(
            link=link,
            clock=parts["clock"],
            power=parts["power"],
            config=config,
            device=device,
            store=store,
            state=state,
            keeping=keeping,
            commit=commit,
            system=parts["files"],
            retained=parts["retained"],
            obey=lambda line: in_passing(lambda: obey(line)),
            is_short=is_short,
        )

    def obey(line):
        from firmware.commanding import Commanding

        files, retained = parts["files"], parts["retained"]
        return Commanding(config, device, files, state, retained, keeping).obey(line)

    if config.link == "wifi":
        from firmware.hal.wifi import WiFi

        try:
            publish(WiFi(config.wifi_ssid, config.wifi_password))
        except UplinkError as error:
            call("firmware.outage", "begins", parts["retained"], keeping.note, error)
            raise
        if state.failures > 1:  # this report is among them until it ends
            call("firmware.outage", "ends", parts["retained"])
        return
    from firmware.nbiot import Modem

    modem = Modem(
        config=config,
        clock=parts["clock"],
        power=parts["power"],
        retained=parts["retained"],
        note=keeping.note,
        now_s=state.time.now_s(),
        failures=state.failures,
        # For whoever pressed the button, and as long as an alarm is not acknowledged.
        is_urgent=not state.next_report_s or alarm_waits(state, parts["retained"]),
        may_doze=may_doze,
    )
    is_through, nvs = False, keeping.vault.nvs
    falls = call("firmware.surviving", "begin", nvs)
    if falls:
        modem.may_doze = False  # it may be what resets the chip
    try:
        modem.report(lambda link: publish(link, bool(falls)))
        is_through = True
    finally:
        call("firmware.surviving", "end", nvs, is_through)
