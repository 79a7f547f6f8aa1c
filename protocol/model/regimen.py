"""A regimen is an amount, a unit and an interval, or a rate; a dose is what is in force between two visits.

An amount may be per body size, ``5 mg/kg``, or in per cent of the dose that was prescribed, where a protocol does not set it.
How much one patient is given (weight times amount, rounded to dispensable strengths) is computed after the decision and is no
part of a regimen, so a course gives such a dose in the same notation.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Literal, cast

from attrs import field, frozen

from protocol.errors import NotationError, unfit
from protocol.model.cycle import Days, days
from protocol.model.quantity import exact, say_number
from protocol.model.time import DAY, HOUR, MINUTE, UNITS, WEEK, say_duration, whole_minutes

Per = Literal["", "kg", "m2"]

MASSES = {"mg": Fraction(1), "g": Fraction(1000), "ug": Fraction(1, 1000)}
AMOUNTS = {**MASSES, "U": Fraction(1), "%": Fraction(1)}
"""The dose units with their factors. How many units (U) of a drug weigh a milligram differs by drug, and what 100 % of the
prescribed dose is differs by patient, so neither is a mass."""

_SIZES: tuple[Per, ...] = ("kg", "m2")
_RATES = {"h": HOUR, "min": MINUTE}
_SPELLED = {"hour": "h", "hr": "h", "minute": "min", "m\u00b2": "m2", "m^2": "m2", "sqm": "m2"}
_DAYS = {"d": "day", "day": "day", "days": "day", "wk": "week", "week": "week", "weeks": "week"}
_MEANT = {"mcg": "ug", "\u00b5g": "ug", "\u03bcg": "ug", "iu": "U", "u": "U", "units": "U", "unit": "U", "mgs": "mg"}

_AMOUNT = re.compile(r"\s*(?P<amount>[0-9.]+)\s*(?P<unit>[^\s/\d.,-]+)(?P<per>(?:/[^\s/]*)*)(?:\s+(?P<schedule>.+?))?\s*")
_EVERY = re.compile(r"every\s+(?:(?P<count>[1-9][0-9]{0,8})\s+)?(?P<unit>minute|hour|day|week)s?")
_SCHEDULES = {"daily": DAY, "once daily": DAY, "every other day": 2 * DAY, "twice daily": DAY // 2, "weekly": WEEK, "once": 0}
_PLACEBO = re.compile(r"\s*placebo(?:\s+(?P<schedule>.+?))?\s*")
_ON_DAYS = re.compile(r"(?:(?P<interval>.+?)\s+)?(?P<days>on\s.*)")
_CYCLE = re.compile(r"[0-9]\s*(?:of|/)\s*[0-9]|\bdays?\s+[0-9]|\bq\s*[0-9]|\bcycle", re.IGNORECASE)
_CYCLES = "Write an amount, an interval and the days of the cycle: '100 mg every day on days 1 to 21 of 28'."
_HINT = (
    "Write an amount, a unit and an interval, '100 mg every 2 days' or '5 mg/kg every week', a single dose, '25 mg once', or a "
    "rate, '18 U/kg/h'."
)


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
    """An amount (in ``unit``, ``per`` body size) given every ``every`` minutes, or as a ``rate``: continuously in that time.

    ``every`` 0: given once. ``days``: only on these days of a cycle. An amount of 0 mg is a placebo.
    """

    amount: Fraction = field(converter=exact)
    unit: str
    every: int = field(converter=whole_minutes)
    per: Per = ""
    rate: bool = False
    days: Days | None = None

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.unit, str) or self.unit not in AMOUNTS:
            raise unfit("'unit' of a regimen", self.unit, f"one of {', '.join(AMOUNTS)}")
        if self.per not in ("", *_SIZES):
            raise unfit("'per' of a regimen", self.per, "'kg', 'm2' or ''")
        if not isinstance(self.rate, bool):
            raise unfit("'rate' of a regimen", self.rate, "True or False")
        if self.days is not None and not isinstance(self.days, Days):
            raise unfit("'days' of a regimen", self.days, "the Days of a cycle, or None")
        if not self._can_be_given():
            raise NotationError(f"a regimen of {self._unsaid()} cannot be given", _HINT)

    def _can_be_given(self) -> bool:
        drug = self.amount > 0 or (self.amount == 0 and self.unit == "mg" and not self.per and not self.rate)
        whole = self.unit != "%" or not (self.per or self.rate)
        timed = self.every in _RATES.values() if self.rate else self.every >= 0
        return drug and whole and timed and (self.days is None or 0 < self.every <= self.days.run)

    def _unsaid(self) -> str:
        on_days = f" {self.days}" if self.days else ""
        return f"{Amount(self.amount, self.unit, self.per)} every {self.every} minutes{on_days}"

    def __str__(self) -> str:
        amount = "placebo" if self.is_placebo else str(Amount(self.amount, self.unit, self.per))
        on_days = f" {self.days}" if self.days else ""
        if self.rate:
            return f"{amount}/{next(name for name, minutes in _RATES.items() if minutes == self.every)}{on_days}"
        return f"{amount} once" if self.is_once else f"{amount} every {say_duration(self.every).removeprefix('1 ')}{on_days}"

    @property
    def is_once(self) -> bool:
        """Whether it is one single dose."""
        return self.every == 0

    @property
    def is_placebo(self) -> bool:
        """Whether it gives no drug, and is given nevertheless."""
        return self.amount == 0

    def same_as(self, other: Regimen) -> bool:
        """Whether both give the same, whatever units each was written in; a rate is never the same as an interval."""
        alike = self.rate == other.rate and self.days == other.days and (self.rate or self.every == other.every)
        return alike and self.comparable(other) and self._times(other.every) == other._times(self.every)

    def comparable(self, other: Regimen) -> bool:
        """Whether one of the two can be more drug than the other: masses with masses, and per the same body size.

        A single dose is compared with single doses only; a placebo is less than any drug.
        """
        if self.is_placebo or other.is_placebo:
            return True
        return (self.per, kind_of(self.unit), self.is_once) == (other.per, kind_of(other.unit), other.is_once)

    def less_than(self, other: Regimen) -> bool:
        """Whether this gives less drug over time than the other, to which it has to be comparable."""
        if self.days is None and other.days is None:
            return self._times(other.every) < other._times(self.every)
        return self._over_time() < other._over_time()

    def _times(self, minutes: int) -> Fraction:
        """The amount times the other's interval: so two amounts over time are compared without a division."""
        return self.amount * AMOUNTS[self.unit] * (minutes or 1)

    def _over_time(self) -> Fraction:
        """The amount in one minute, in the mean of a cycle; on the days on which it is given the first dose is at their begin."""
        if self.days is None:
            return self._times(1) / (self.every or 1)
        times = Fraction(self.days.run, self.every) if self.rate else Fraction(-(-self.days.run // self.every))
        return self._times(1) * times / self.days.cycle


def kind_of(unit: str) -> str:
    """What a dose unit measures, so that two of one kind can be compared: ``mass``, or the unit itself."""
    return "mass" if unit in MASSES else unit


def regimen(text: str) -> Regimen:
    """Reads ``100 mg every 2 days``, ``5 mg/kg weekly``, ``25 mg once``, ``18 U/kg/h``, ``100 % every day``, ``placebo daily``,
    ``25 mg daily on days 1 to 21 of 28``; else raises NotationError."""
    placebo = _PLACEBO.fullmatch(text)
    match = placebo or _AMOUNT.fullmatch(text)
    if match is None:
        raise NotationError(f"'{text}' is not a regimen", _CYCLES if _CYCLE.search(text) else _HINT)
    given, over = (Amount(Fraction(0), "mg"), "") if placebo else _given(match, text)
    if not placebo and given.amount <= 0:
        hint = "Write 'none' for no drug.  A placebo is 'placebo every day'."
        raise NotationError(f"a regimen of {match['amount']} {given.unit} gives no drug", hint)
    interval, on_days = _schedule(match["schedule"] or "")
    if over and interval:
        raise NotationError(f"'{text}' has both a rate and an interval", "Keep one: a rate is given all the time.")
    if not over and not interval:
        raise NotationError(f"'{text}' is not a regimen", _CYCLES if on_days else _HINT)
    every = _RATES[over] if over else _interval(interval, text)
    if on_days and not 0 < every <= on_days.run:
        hint = "The interval has to fit into these days: drug is given on each of them, or several times a day."
        raise NotationError(f"'{interval}' does not go with '{on_days}' in '{text}'", hint)
    return Regimen(given.amount, given.unit, every, given.per, rate=bool(over), days=on_days)


def _schedule(text: str) -> tuple[str, Days | None]:
    """The interval of a schedule, empty where it has none, and the days of a cycle."""
    match = _ON_DAYS.fullmatch(text)
    return (match["interval"] or "", days(match["days"])) if match else (text, None)


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
    if unit == "%" and (per or over):
        hint = "Write '75 % every day': the prescribed dose itself may be per body size."
        raise NotationError(f"'/{per or over}' cannot stand behind a share of the prescribed dose in '{text}'", hint)
    return given, over


def _interval(schedule: str, text: str) -> int:
    if schedule in _SCHEDULES:
        return _SCHEDULES[schedule]
    match = _EVERY.fullmatch(schedule)
    if match is None:
        hint = _CYCLES if _CYCLE.search(schedule) else "Write 'every day', 'every 2 days', 'every 12 hours', 'once'."
        if schedule.startswith("of "):
            hint = "Only a level under 'doses' is a share of another level: write its name, or the regimen that it is."
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
