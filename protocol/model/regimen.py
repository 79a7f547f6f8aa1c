"""A regimen is an amount, a unit and an interval; a dose is what is in force between two visits."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal

from attrs import frozen

from protocol.errors import NotationError
from protocol.model.quantity import exact, say_number
from protocol.model.time import DAY, UNITS, WEEK, say_duration

AMOUNTS = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}

_REGIMEN = re.compile(r"\s*(?P<amount>[0-9.]+)\s*(?P<unit>[a-zA-Z]+)\s+(?P<schedule>.+?)\s*")
_EVERY = re.compile(r"every\s+(?:(?P<count>[1-9][0-9]{0,8})\s+)?(?P<unit>minute|hour|day|week)s?")
_SCHEDULES = {"daily": DAY, "once daily": DAY, "every other day": 2 * DAY, "twice daily": DAY // 2, "weekly": WEEK}


@frozen
class Regimen:
    """An amount (in ``unit``) given every ``every`` minutes."""

    amount: Fraction
    unit: str
    every: int

    def __str__(self) -> str:
        schedule = say_duration(self.every)
        return f"{say_number(self.amount)} {self.unit} every {schedule.removeprefix('1 ')}"

    def same_as(self, other: Regimen) -> bool:
        """Whether both are the same amount at the same interval, whatever unit each was written in."""
        return self.every == other.every and self.amount * AMOUNTS[self.unit] == other.amount * AMOUNTS[other.unit]


def regimen(text: str) -> Regimen:
    """Reads ``100 mg every 2 days``, ``400 mg daily``, ``100 mg every other day``; raises NotationError otherwise."""
    match = _REGIMEN.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' is not a regimen", "Write an amount, a unit and an interval: '100 mg every 2 days'.")
    if match["unit"] not in AMOUNTS:
        raise NotationError(f"'{match['unit']}' is not a dose unit in '{text}'", f"Dose units: {', '.join(AMOUNTS)}.")
    amount = exact(match["amount"])
    if amount <= 0:
        raise NotationError(f"a regimen of {match['amount']} {match['unit']} gives no drug", "Write 'none' for no drug.")
    return Regimen(amount, match["unit"], _interval(match["schedule"], text))


def _interval(schedule: str, text: str) -> int:
    if schedule in _SCHEDULES:
        return _SCHEDULES[schedule]
    match = _EVERY.fullmatch(schedule)
    if match is None:
        raise NotationError(
            f"'{schedule}' is not an interval in '{text}'", "Write 'every day', 'every 2 days', 'every 12 hours'."
        )
    return int(match["count"] or 1) * UNITS[match["unit"]]


DoseKind = Literal["level", "off ladder", "none"]


@frozen
class Dose:
    """What is in force: a level of the ladder by name, a regimen off the ladder, or no drug."""

    kind: DoseKind
    name: str = ""

    @property
    def is_drug(self) -> bool:
        """Whether drug is being given, on the ladder or off it."""
        return self.kind in ("level", "off ladder")

    def __str__(self) -> str:
        return {"level": self.name, "off ladder": f"off the ladder ({self.name})", "none": "none"}[self.kind]


NO_DRUG = Dose("none")


def at_level(name: str) -> Dose:
    """The dose of a level of the ladder."""
    return Dose("level", name)
