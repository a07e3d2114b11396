"""A balance as one SVG picture: inflow, homes and loss of each hour, found steps shaded."""

from rill.balance.account import Assumed, losses
from rill.balance.district import District
from rill.balance.steps import Step

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 1200, 420, 60, 30, 40
_LINES = (("inflow", "#1f5fa8"), ("homes", "#5a9e3e"), ("loss", "#c0392b"))


def picture(one: District, assumed: Assumed, steps: list[Step]) -> str:
    """The text of an SVG file; hours that are not known are gaps in its lines."""
    inflow = [one.inflow_of(hour) for hour in one.sharp]
    homes = [one.homes.ml[hour] for hour in one.sharp]
    series = (inflow, homes, losses(one, assumed, one.sharp))
    most = max((max(values, default=0) for values in series), default=0) or 1
    frame = _Frame(one.window.count, most)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
    ]
    parts += [frame.step(step) for step in steps]
    parts += [frame.level(most * part / 4) for part in range(5)]
    for n, ((name, colour), values) in enumerate(zip(_LINES, series, strict=True)):
        parts.append(frame.line(one.sharp, values, colour))
        x = _LEFT + 100 * n
        parts.append(f'<text x="{x}" y="20" fill="{colour}">{name}, L/h</text>')
    last = one.window.count
    for hour, anchor in ((0, "start"), (last // 2, "middle"), (last, "end")):
        parts.append(
            f'<text x="{frame.x(hour):.1f}" y="{_HEIGHT - 12}" text-anchor="{anchor}">'
            f"{one.clock.stamp(hour)}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Frame:
    """Hours and millilitres an hour as places in the picture."""

    def __init__(self, hours: int, most_ml: float):
        self._hours, self._most_ml = hours, most_ml

    def x(self, hour: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - 10) * hour / self._hours

    def y(self, ml: float) -> float:
        height = _HEIGHT - _TOP - _BOTTOM
        return _TOP + height * (1 - max(0.0, ml) / self._most_ml)

    def line(self, hours: list[int], values: list[float], colour: str) -> str:
        path, last = [], None
        for hour, ml in zip(hours, values, strict=True):
            command = "L" if last == hour - 1 else "M"
            path.append(f"{command}{self.x(hour + 0.5):.1f} {self.y(ml):.1f}")
            last = hour
        return f'<path d="{"".join(path)}" fill="none" stroke="{colour}"/>'

    def level(self, ml: float) -> str:
        y = self.y(ml)
        return (
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 10}" stroke="#ddd"/>'
            f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{ml / 1000:.0f}</text>'
        )

    def step(self, step: Step) -> str:
        begin = self.x(step.begin or 0)
        end = self.x(self._hours if step.end is None else step.end)
        return (
            f'<rect x="{begin:.1f}" y="{_TOP}" width="{max(1.0, end - begin):.1f}" '
            f'height="{_HEIGHT - _TOP - _BOTTOM}" fill="#f6d5d1">'
            f"<title>{step.rate_ml_h / 1000:.0f} L/h</title></rect>"
        )
