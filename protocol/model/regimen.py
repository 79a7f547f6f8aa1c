"""A regimen is an amount, a unit and an interval, or a rate; a dose is what is in force between two visits.

An amount may be per body size: ``5 mg/kg``. How much one patient is given (weight times amount, rounded to dispensable
strengths) is computed after the decision and is no part of a regimen, so a course gives such a dose in the same notation.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, cast

from attrs import field, frozen

from protocol.errors import NotationError, unfit
from protocol.model.quantity import exact, say_number
from protocol.model.time import DAY, HOUR, MINUTE, UNITS, WEEK, say_duration, whole_minutes

Per = Literal["", "kg", "m2"]

MASSES = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
AMOUNTS = {**MASSES, "U": Fraction(1)}
"""The dose units with their factors; a unit (U) of a drug is no mass, and how many of them weigh a milligram differs by drug."""

_SIZES: tuple[Per, ...] = ("kg", "m2")
_RATES = {"h": HOUR, "min": MINUTE}
_SPELLED = {"hour": "h", "hr": "h", "minute": "min", "m\u00b2": "m2", "m^2": "m2", "sqm": "m2"}
_DAYS = {"d": "day", "day": "day", "days": "day", "wk": "week", "week": "week", "weeks": "week"}
_MEANT = {"mcg": "ug", "\u00b5g": "ug", "\u03bcg": "ug", "iu": "U", "u": "U", "units": "U", "unit": "U", "mgs": "mg"}

_AMOUNT = re.compile(r"\s*(?P<amount>[0-9.]+)\s*(?P<unit>[^\s/\d.,-]+)(?P<per>(?:/[^\s/]*)*)(?:\s+(?P<schedule>.+?))?\s*")
_EVERY = re.compile(r"every\s+(?:(?P<count>[1-9][0-9]{0,8})\s+)?(?P<unit>minute|hour|day|week)s?")
_SCHEDULES = {"daily": DAY, "once daily": DAY, "every other day": 2 * DAY, "twice daily": DAY // 2, "weekly": WEEK}
_CYCLE = re.compile(r"[0-9]\s*(?:of|/)\s*[0-9]|\bdays?\s+[0-9]|\bq\s*[0-9]|\bcycle", re.IGNORECASE)
_NO_CYCLES = (
    "Days of a cycle cannot be written yet: write the interval on the days on which drug is given, such as 'every day', and "
    "say the cycle in a note."
)
_HINT = "Write an amount, a unit and an interval, '100 mg every 2 days' or '5 mg/kg every week', or a rate, '18 U/kg/h'."


@frozen
class Amount:
    """So much of a drug (in ``unit``) at once, the same for everybody or ``per`` body size: ``80 U/kg``."""

    amount: Fraction
    unit: str
    per: Per = ""

    def __str__(self) -> str:
        return f"{say_number(self.amount)} {self.unit}{f'/{self.per}' if self.per else ''}"


@frozen
class Regimen:
    """An amount (in ``unit``, ``per`` body size) given every ``every`` minutes, or as a ``rate``: continuously in that time."""

    amount: Fraction = field(converter=exact)
    unit: str
    every: int = field(converter=whole_minutes)
    per: Per = ""
    rate: bool = False

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.unit, str) or self.unit not in AMOUNTS:
            raise unfit("'unit' of a regimen", self.unit, f"one of {', '.join(AMOUNTS)}")
        if self.per not in ("", *_SIZES):
            raise unfit("'per' of a regimen", self.per, "'kg', 'm2' or ''")
        if not isinstance(self.rate, bool):
            raise unfit("'rate' of a regimen", self.rate, "True or False")
        if self.amount <= 0 or self.every < 1 or (self.rate and self.every not in _RATES.values()):
            message = f"a regimen of {say_number(self.amount)} {self.unit} every {self.every} minutes cannot be given"
            raise NotationError(message, _HINT)

    def __str__(self) -> str:
        amount = str(Amount(self.amount, self.unit, self.per))
        if self.rate:
            return f"{amount}/{next(name for name, minutes in _RATES.items() if minutes == self.every)}"
        return f"{amount} every {say_duration(self.every).removeprefix('1 ')}"

    def same_as(self, other: Regimen) -> bool:
        """Whether both give the same, whatever units each was written in; a rate is never the same as an interval."""
        alike = self.rate == other.rate and (self.rate or self.every == other.every)
        return alike and self.comparable(other) and self._times(other.every) == other._times(self.every)

    def comparable(self, other: Regimen) -> bool:
        """Whether one of the two can be more drug than the other: masses with masses, and per the same body size."""
        return self.per == other.per and is_mass(self.unit) == is_mass(other.unit)

    def less_than(self, other: Regimen) -> bool:
        """Whether this gives less drug over time than the other, to which it has to be comparable."""
        return self._times(other.every) < other._times(self.every)

    def _times(self, minutes: int) -> Fraction:
        """The amount times the other's interval: so two amounts over time are compared without a division."""
        return self.amount * AMOUNTS[self.unit] * minutes


def is_mass(unit: str) -> bool:
    """Whether a dose unit is one of mass."""
    return unit in MASSES


def regimen(text: str) -> Regimen:
    """Reads ``100 mg every 2 days``, ``5 mg/kg weekly``, ``100 mg every other day``, ``18 U/kg/h``; else raises NotationError."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' is not a regimen", _NO_CYCLES if _CYCLE.search(text) else _HINT)
    given, over = _given(match, text)
    schedule = match["schedule"]
    if given.amount <= 0:
        raise NotationError(f"a regimen of {match['amount']} {given.unit} gives no drug", "Write 'none' for no drug.")
    if over and schedule:
        raise NotationError(f"'{text}' has both a rate and an interval", "Keep one: a rate is given all the time.")
    if not over and not schedule:
        raise NotationError(f"'{text}' is not a regimen", _HINT)
    every = _RATES[over] if over else _interval(schedule, text)
    return Regimen(given.amount, given.unit, every, given.per, rate=bool(over))


def amount(text: str) -> Amount:
    """Reads ``80 U/kg`` or ``5000 U``; raises NotationError otherwise, also for a regimen."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' is not an amount", "Write an amount and a unit, such as '5000 U' or '80 U/kg'.")
    given, over = _given(match, text)
    if over or match["schedule"]:
        raise NotationError(f"'{text}' is not one amount", f"It is given once, without interval or rate; write '{given}'.")
    if given.amount <= 0:
        raise NotationError(f"an amount of {given} gives no drug", "Leave it out where none is given.")
    return given


def _given(match: re.Match[str], text: str) -> tuple[Amount, str]:
    """The amount, and the time of a rate; empty where it is none."""
    unit, parts = match["unit"], match["per"].split("/")[1:]
    if unit not in AMOUNTS:
        meant = f"write '{_MEANT[unit.lower()]}'.  " if unit.lower() in _MEANT else ""
        raise NotationError(f"'{unit}' is not a dose unit in '{text}'", f"{meant}Dose units: {', '.join(AMOUNTS)}.")
    per = cast(Per, parts.pop(0)) if parts and parts[0] in _SIZES else ""
    given, over = Amount(exact(match["amount"]), unit, per), parts.pop(0) if parts and parts[0] in _RATES else ""
    if parts and (time := _DAYS.get(parts[0])):
        # "5 mg/kg/day" is read as a daily dose and as a rate; the two are not the same, so neither is assumed.
        hint = f"Write '{given} every {time}' for single doses; a rate is per h or min, as in '18 U/kg/h'."
        raise NotationError(f"'/{parts[0]}' in '{text}' does not say whether that is given at once", hint)
    if parts:
        meant = f"did you mean '/{_SPELLED[parts[0]]}'?  " if parts[0] in _SPELLED else ""
        hint = f"{meant}A dose is per kg or m2, a rate per h or min: '5 mg/kg every week', '18 U/kg/h'."
        raise NotationError(f"'/{parts[0]}' cannot stand in '{text}'", hint)
    return given, over


def _interval(schedule: str, text: str) -> int:
    if schedule in _SCHEDULES:
        return _SCHEDULES[schedule]
    match = _EVERY.fullmatch(schedule)
    if match is None:
        hint = _NO_CYCLES if _CYCLE.search(schedule) else "Write 'every day', 'every 2 days', 'every 12 hours'."
        raise NotationError(f"'{schedule}' is not an interval in '{text}'", hint)
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
