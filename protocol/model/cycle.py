"""On which days of a cycle a drug is given: ``on days 1 to 21 of 28``. Day 1 is the day on which the dose came into force."""

from __future__ import annotations

import re

from attrs import field, frozen

from protocol.errors import NotationError
from protocol.model.time import DAY, whole_minutes

_DAYS = re.compile(
    r"on\s+(?:day\s+(?P<only>[0-9]{1,4})|days\s+(?P<first>[0-9]{1,4})\s+to\s+(?P<last>[0-9]{1,4}))\s+of\s+(?P<of>[0-9]{1,4})"
)
_FORM = "Write days of a cycle as one run, 'every day on days 1 to 21 of 28', or one day of it as 'on day 1 of 21'."


@frozen
class Days:
    """The days ``first`` to ``last`` of a cycle of ``of`` days, counted from 1; drug is given on them and on no other."""

    first: int = field(converter=whole_minutes)
    last: int = field(converter=whole_minutes)
    of: int = field(converter=whole_minutes)

    def __attrs_post_init__(self) -> None:
        if not 1 <= self.first <= self.last <= self.of:
            raise NotationError(f"a cycle of {self.of} days has no {self._run()}", _FORM)
        if self.first == 1 and self.last == self.of:
            raise NotationError(f"{self._run()} are all the days of the cycle", "Leave them out: drug is given on every day.")

    def __str__(self) -> str:
        return f"on {self._run()} of {self.of}"

    def _run(self) -> str:
        return f"day {self.first}" if self.first == self.last else f"days {self.first} to {self.last}"

    @property
    def run(self) -> int:
        """Minutes from the first day of the cycle to the end of the last."""
        return (self.last - self.first + 1) * DAY

    @property
    def cycle(self) -> int:
        """Minutes of the whole cycle."""
        return self.of * DAY


def days(text: str) -> Days:
    """Reads ``on days 1 to 21 of 28`` or ``on day 1 of 21``; raises NotationError on anything else."""
    match = _DAYS.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' does not say the days of a cycle", _FORM)
    first = match["only"] or match["first"]
    return Days(int(first), int(match["last"] or first), int(match["of"]))
