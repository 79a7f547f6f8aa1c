"""Random comparisons of the cumulative dose."""

from __future__ import annotations

from collections.abc import Sequence

from protocol.model.guard import Compare, CumulativeDose
from protocol.model.protocol import Level
from protocol.model.regimen import Regimen, kind_of
from protocol.testing.choosing import Choose


def any_dose_taken(choose: Choose, ladder: Sequence[Level]) -> tuple[Compare, ...]:
    """The drug taken so far against what some days of the lowest level give; none where the levels do not add up."""
    given = next((level.regimen for level in ladder if not level.regimen.is_placebo), None)
    if given is None or given.unit == "%" or not all(_adds_up(level.regimen, given) for level in ladder):
        return ()
    amount = given.amount * choose((1, 3, 7, 10)) * (24 if given.rate else 1)
    return (Compare(CumulativeDose(given.unit, given.per), choose((">=", ">", "<", "<=", "==")), amount),)


def _adds_up(one: Regimen, other: Regimen) -> bool:
    return one.is_placebo or (kind_of(one.unit), one.per) == (kind_of(other.unit), other.per)
