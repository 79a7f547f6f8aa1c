"""How a time and a value become a place on paper, and which of them are written at the axis."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from protocol.model.time import DAY, HOUR

_STEPS = {
    DAY: tuple(step * DAY for step in (1, 2, 7, 14, 28, 56, 84, 168, 336, 672, 1344, 3360, 6720, 13440, 33600, 67200)),
    HOUR: tuple(step * HOUR for step in (1, 2, 3, 6, 12, 24, 48, 72)),
}
_MOST_TICKS = 14
_LOGARITHMIC_FROM = 40
"""How many times the least value the largest is where equal steps would show nothing of the small ones."""


@frozen
class TimeScale:
    """Minutes since the first dose from ``first`` to ``last`` on the places from ``left`` to ``right``."""

    first: int
    last: int
    left: float
    right: float

    def at(self, minutes: float) -> float:
        """The place of a time, a whole number: a quarter of a millimetre on paper, and shorter to write."""
        return round(self.left + (self.right - self.left) * (minutes - self.first) / max(self.last - self.first, 1))

    @property
    def unit(self) -> int:
        """In which unit times are written: hours, or days."""
        return HOUR if self.last - self.first <= 4 * DAY else DAY

    @property
    def title(self) -> str:
        """What stands at the axis."""
        return f"{'hours' if self.unit == HOUR else 'days'} since the first dose"

    def ticks(self) -> list[tuple[int, str]]:
        """The times that are written, and how."""
        step = next((one for one in _STEPS[self.unit] if (self.last - self.first) / one <= _MOST_TICKS), _STEPS[self.unit][-1])
        return [(time, str(time // self.unit)) for time in range(-(-self.first // step) * step, self.last + 1, step)]


def time_scale(times: Iterable[int], left: float, right: float, first: int | None = None) -> TimeScale:
    """The scale that shows all these times, with a little room after the last."""
    known = [*times, 0]
    begin = min(known) if first is None else first
    return TimeScale(begin, max(*known, begin + HOUR), left, right)


@frozen
class ValueScale:
    """Values from ``low`` to ``high`` on the places from ``bottom`` up to ``top``; ``log``: equal ratios are equal steps."""

    low: float
    high: float
    bottom: float
    top: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value; what lies outside is at the edge."""
        low, high = self._on(self.low), self._on(self.high)
        part = (self._on(value) - low) / (high - low) if high > low else 0.5
        return self.bottom + (self.top - self.bottom) * min(max(part, 0.0), 1.0)

    def shows(self, value: float) -> bool:
        """Whether it lies inside."""
        return self.low <= value <= self.high

    def _on(self, value: float) -> float:
        return math.log10(max(value, self.low / 10)) if self.log else value

    def ticks(self, most: int = 4) -> list[tuple[float, str]]:
        """A few round values and how they are written."""
        if self.log:
            first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
            values = [10.0**power for power in range(first, last + 1, max(1, (last - first) // most))]
        else:
            step = _round_step((self.high - self.low) / most)
            values = [step * place for place in range(math.ceil(self.low / step), math.floor(self.high / step + 1e-9) + 1)]
        return [(value, f"{value:.10g}") for value in values if self.shows(value)]


def _round_step(rough: float) -> float:
    """The next of 1, 2, 5, 10, 20 …"""
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 5, 10) if size * factor >= rough * 0.999)


def value_scale(values: Iterable[Fraction | float], wanted: Iterable[Fraction | float], bottom: float, top: float) -> ValueScale:
    """The scale that shows all values, and what is wanted beside them where that does not press them together."""
    seen = [float(value) for value in values]
    low, high = min(seen), max(seen)
    room = max(high - low, abs(high) / 4, 1e-9)
    near = [value for value in map(float, wanted) if low - 3 * room <= value <= high + 3 * room]
    low, high = min(low, *near, low), max(high, *near, high)
    if low > 0 and high / low >= _LOGARITHMIC_FROM:
        return ValueScale(low / 1.15, high * 1.15, bottom, top, log=True)
    room = (high - low or abs(high) or 1.0) * 0.08
    return ValueScale(low - room if low - room > 0 or low < 0 else min(low, 0.0), high + room, bottom, top)
