"""What a head end has to bear, and how old what it has may be: the figures of `rill fleet`."""

from statistics import median

from rill.fleet.running import (
    ATTACH_S,
    CELLS,
    REFUSED,
    SILENT,
    SLOT_S,
    Connects,
    Job,
    connects,
    numbers,
    report_s,
)

_HOUR_S = 3600
_DAY_S = 86_400
_LEAST_RETRY_S = 300  # a retry so shortly before its slot comes this much later
_FIRST_RETRY_S = 600  # of backoff.py, or the window when that is longer
LOST = ("broker", "answers", "cells")  # it refuses; it is silent; none is found


def figures(meters: int, window_s: int, serials: str, outage_h: int) -> dict:
    """As the command prints them; FleetError.

    With an outage those on top are of the worst of several, else of a day without.
    """
    mean = meters / window_s
    usual = Job(report_s(window_s), SLOT_S, window_s, run_s=report_s(window_s))
    fleet = numbers(meters, serials)
    attached = connects(usual._replace(attach_s=ATTACH_S), fleet)
    # Of numbers that follow each other the plan itself is the promise; others have none.
    planned = connects(usual, fleet) if serials == "consecutive" else attached
    found = {
        "meters": meters,
        "serials": serials,
        "window_s": window_s,
        "report_s": usual.report_s,
        "slot_s": SLOT_S,
        "mean_connects_per_s": float(f"{mean:.4g}"),
        **_peak(planned.counts, mean),
        "peak_attached_per_s": max(attached.counts),
        "attached_over_mean": _peak(attached.counts, mean)["peak_over_mean"],
        **_ages(attached, usual.report_s + SLOT_S + ATTACH_S),
        "outage_h": outage_h,
        "time_to_recover_s": 0,
        "outages": [],
    }
    if outage_h:
        attach_s = usual.attach_s if serials == "consecutive" else ATTACH_S
        jobs = _outages(usual._replace(attach_s=attach_s), outage_h * _HOUR_S)
        found["outages"] = [_outage(job, connects(job, fleet), mean) for job in jobs]
        for key in found["outages"][0].keys() & found.keys():
            found[key] = max(one[key] for one in found["outages"])
    return found


def _outages(usual: Job, length_s: int):
    """Of a broker that refuses, which ends while slots begin, in the midst of them, and when they
    have passed; of all answers and of all cells from midnight on: the energy of that day is soon
    spent on waiting for one, or on looking for one.
    """
    begins = [(REFUSED, begin_s) for begin_s in (0, usual.window_s // 2, usual.window_s)]
    for lost, begin_s in (*begins, (SILENT, 0), (CELLS, 0)):
        end_s = begin_s + length_s
        days = end_s // _DAY_S + 1
        run_s = days * _DAY_S + usual.report_s + 2 * usual.window_s
        yield usual._replace(begin_s=begin_s, end_s=end_s, run_s=run_s, lost=lost)


def _stated_s(job: Job) -> int:
    """How old the newest reading of a meter gets at most."""
    length_s = job.end_s - job.begin_s
    # Half a first wait, one and a half, four and a half, or the next place, are the soonest at
    # which a meter that is refused tries again: three failures leave enough of a day's energy.
    thrice_s = 13 * max(_FIRST_RETRY_S, job.window_s) // 2
    if job.lost == REFUSED and length_s <= min(thrice_s, job.report_s):
        # Before it a meter was heard within report_s, behind it it tries within that again.
        return length_s + 2 * job.report_s + job.slot_s + _LEAST_RETRY_S + job.attach_s
    return length_s + job.report_s + _DAY_S + job.window_s + job.slot_s + job.attach_s


def _outage(job: Job, found: Connects, mean: float) -> dict:
    return {
        "lost": LOST[job.lost],
        "begin_s": job.begin_s,
        "peak_tries_per_s": max(found.counts[job.begin_s : job.end_s]),
        **_peak(found.counts[job.end_s :], mean),
        **_ages(found, _stated_s(job)),
        "time_to_recover_s": max(found.heard_s) - job.end_s,
    }


def _peak(counts, mean: float) -> dict:
    most = max(counts)
    return {"peak_connects_per_s": most, "peak_over_mean": round(most / mean, 2)}


def _ages(found: Connects, stated_s: int) -> dict:
    """Of the newest reading of a meter, at the moment before the next ones arrive."""
    return {
        "age_of_data_s": max(found.ages_s),
        "age_of_data_median_s": round(median(found.ages_s)),
        "age_of_data_stated_s": stated_s,
    }
