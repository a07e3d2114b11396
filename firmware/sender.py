"""Wires the report: the link that is configured, and what goes over it."""

from firmware.core.errors import UplinkError
from firmware.passing import call, in_passing
from firmware.reporting import Reporting


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
    from firmware.over_modem import report as report_over_modem

    report_over_modem(parts, config, state, keeping, publish, may_doze)
