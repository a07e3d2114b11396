"""Sessions as the meters have them, against a real mosquitto on this machine."""

import asyncio
import resource
import struct
import time
from collections.abc import Sequence
from statistics import median

from rill.broker import LOOPBACK, Broker
from rill.fleet.running import SLOT_S, Job, connects, numbers, report_s

_FASTER = 10  # than the fleet comes
_WINDOW_S = 3600
_PAYLOAD = bytes(160)  # a day of hourly readings, packed
_CONNACK, _PUBACK = b"\x20\x02", b"\x40\x02"
_DEADLINE_S = 120.0
_NO_LIMITS = "max_connections -1\n"


class _Tally:
    """Of one run: how long each session took, and how many there were at once."""

    def __init__(self):
        self.took_s: list[float] = []
        self.now = self.most = 0


def lasts_s(meters: int, mean_per_s: float) -> float:
    """Until the last one's place in load()."""
    return meters / (_FASTER * mean_per_s)


def load(meters: int, mean_per_s: float, serials: str) -> dict:
    """Let so many connect at the places of their firmware's plan, and then all at once.

    mean_per_s: of the fleet that they are of; here they come ten times as fast. BrokerError.
    """
    period_s = report_s(_WINDOW_S)
    job = Job(period_s, SLOT_S, _WINDOW_S, run_s=period_s)
    places = sorted(connects(job, numbers(meters, serials)).heard_s)
    pace = lasts_s(meters, mean_per_s) / _WINDOW_S
    with Broker.local("mosquitto", more_config=_NO_LIMITS) as broker:
        spread = asyncio.run(_run(broker.port, [place * pace for place in places]))
        at_once = asyncio.run(_run(broker.port, [0.0] * meters))
    return {
        "broker": broker.name,
        "sessions": meters,
        "mean_sessions_per_s": float(f"{_FASTER * mean_per_s:.4g}"),
        "served": spread["served"],
        **spread,
        "at_once": at_once,
    }


async def _run(port: int, starts_s: Sequence[float]) -> dict:
    _raise_limit(len(starts_s))
    tally, began = _Tally(), time.perf_counter()
    sessions = (_session(port, n, start_s, tally) for n, start_s in enumerate(starts_s))
    await asyncio.gather(*sessions)
    return {
        "served": len(tally.took_s),
        "all_served_s": round(time.perf_counter() - began, 2),
        "most_at_once": tally.most,
        "session_ms": round(1000 * median(tally.took_s or [0]), 1),
        "longest_session_ms": round(1000 * max(tally.took_s or [0]), 1),
    }


def _raise_limit(sessions: int) -> None:
    """Of open files: each session is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sessions + 100 if hard == resource.RLIM_INFINITY else min(hard, sessions + 100)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _session(port: int, meter: int, start_s: float, tally: _Tally) -> None:
    """One report: connect, publish in the same burst, acknowledged, leave."""
    await asyncio.sleep(start_s)
    began = time.perf_counter()
    tally.now += 1
    tally.most = max(tally.most, tally.now)
    try:
        async with asyncio.timeout(_DEADLINE_S):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(_connect(f"meter-{meter}") + _publish(f"rill/meter-{meter}/packed"))
                answer = await reader.readexactly(8)
                writer.write(b"\xe0\x00")
                await writer.drain()
            finally:
                writer.close()
        if answer[:2] == _CONNACK and not answer[3] and answer[4:6] == _PUBACK:
            tally.took_s.append(time.perf_counter() - began)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return  # not served, and counted so
    finally:
        tally.now -= 1


def _connect(client_id: str) -> bytes:
    """As the firmware's: MQTT 3.1.1, the session stays, no keep-alive."""
    return _packet(0x10, b"\0\4MQTT\4\0\0\0" + _text(client_id))


def _publish(topic: str) -> bytes:
    return _packet(0x32, _text(topic) + b"\0\1" + _PAYLOAD)


def _packet(kind: int, body: bytes) -> bytes:
    size = bytearray()
    left = len(body)
    while left > 127:
        size.append(left & 127 | 128)
        left >>= 7
    size.append(left)
    return bytes([kind]) + size + body


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()
