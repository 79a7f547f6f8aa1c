"""Where a patient is in a protocol: control state, dose in force, what was last read, clocks and trackers."""

from __future__ import annotations

from fractions import Fraction
from operator import attrgetter
from typing import Any

from attrs import fields_dict, frozen

from protocol.model.quick import quickly
from protocol.model.regimen import NO_DRUG, Dose
from protocol.model.rule import ControlKind


@frozen
class Control:
    """The control state; ``by`` is the rule that asked for the review."""

    kind: ControlKind
    by: str = ""

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}" if self.by else self.kind


@frozen
class Interval:
    """What a value can be: from ``low`` to ``high``; ``open_low`` and ``open_high`` leave the end out. A point is closed."""

    low: Fraction
    high: Fraction
    open_low: bool = False
    open_high: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether the value lies inside."""
        above = value > self.low if self.open_low else value >= self.low
        return above and (value < self.high if self.open_high else value <= self.high)


@frozen
class Held:
    """The last accepted reading of an input: its interval (a number or grade) or its option, in the declaration's unit.

    A value of None no longer counts, because the input was ``not done`` or refused since; when it was read is kept.
    ``text`` is the value as reported; ``observed`` is minutes since the first dose. ``lower`` and ``upper`` are the limits
    of normal of its record, None where missing.
    """

    input: str
    value: Interval | str | None
    observed: int
    text: str
    lower: Fraction | None = None
    upper: Fraction | None = None


@frozen
class Counted:
    """The numbers a count can be, each with whether an episode is open; ``changed`` is when that surely changed last."""

    possible: tuple[tuple[bool, int], ...] = ((False, 0),)
    changed: int | None = None


@frozen
class Lasting:
    """Since when (minutes) a condition has definitely and possibly been true without a break; None: it is not."""

    definite: int | None = None
    possible: int | None = None


@frozen
class Since:
    """When (minutes) a condition was last definitely and last possibly true; None: it never was.

    With ``until`` it is a phase that was on: ``open`` is whether it still is, None where that is not known.
    ``found`` is when the newest of what made it true at a visit was observed or arose. A reading that is carried over keeps
    the condition true, and is no new evidence of it.
    """

    definite: int | None = None
    possible: int | None = None
    found: int | None = None
    open: bool | None = False


@frozen
class Extreme:
    """The interval in which the lowest or highest value lies; None before the first visit it was asked at.

    ``changed`` is when a value was last beyond it for certain.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    changed: int | None = None


@frozen
class Taken:
    """The drug taken so far: ``amount`` in mg, or in the unit that the levels are in where that is no mass, per their body size.

    ``at_step`` is what it was at the last change of level, ``at_hold`` when the last hold began. ``incomplete``: drug was taken
    besides that is not counted in that unit, such as mg where the levels are per kg, so that it is at least this amount.
    """

    amount: Fraction = Fraction(0)
    at_step: Fraction = Fraction(0)
    at_hold: Fraction = Fraction(0)
    incomplete: bool = False


@frozen
class Awaited:
    """The next measurement of an input that is monitored, as it stands after a visit: by which entry, and when.

    ``measured`` is when the last one was made, or treatment began; ``since`` from when on the next one is due, ``latest`` until
    when it is not overdue. All three None: nothing has begun from which to count.
    """

    input: str
    entry: str
    measured: int | None = None
    since: int | None = None
    latest: int | None = None


Memory = Counted | Lasting | Since | Extreme

UNORDERED = "unordered"
"""The hold reason of a patient to whom no drug was given although no rule ordered that."""


@frozen(cache_hash=True)
class State:
    """Where the patient is. Times are minutes since the first dose; a time that is None belongs to an event that never happened.

    ``level`` is the dose in force, or the last one before a hold or review; ``dose`` is what is in force now.
    ``withheld``: no drug until a decided decision, because missing data left a stop provisional.
    ``reasons``: the hold rules that have been true since the hold began.
    ``entered``: entry into this control state. ``changed``: last change of the dose in force; the start is one.
    ``raised``: when the dose in force last went up, of a protocol that asks for it: the start, every step up, and drug that
    comes back after none; a change to or from a dose off the ladder counts, because nobody can say that it was none.
    ``lowered``: the same of the last time it went down: a step down, or no drug after some.
    ``taken``: the drug taken before ``time`` and at once with a step then, of a protocol that asks for it.
    ``hold_began``: begin of the last hold. ``stepped``: last change of level, or the start.
    ``on_drug``: minutes with drug in force until ``time``, ``stepped_on_drug`` until ``stepped``, ``held_on_drug`` until
    ``hold_began``.
    ``memory``: what each tracker holds, in the protocol's order.
    ``baseline``: the last accepted readings up to the first dose of the inputs that are compared with theirs. Before it
    only those that were followed by a ``not done`` or a refusal, because ``readings`` has the others.
    ``history``: earlier readings of the inputs that formulas look back to, as far back as these look, oldest first.
    ``refused_last``: of the inputs for which a stated value stands in, those of which the last thing reported was refused.
    ``awaited``: of each input that is monitored the next measurement, so that what was overdue stays overdue since then.
    """

    control: Control = Control("before treatment")
    level: Dose = NO_DRUG
    dose: Dose = NO_DRUG
    withheld: bool = False
    reasons: frozenset[str] = frozenset()
    time: int | None = None
    started: int | None = None
    entered: int | None = None
    changed: int | None = None
    hold_began: int | None = None
    stepped: int | None = None
    on_drug: int = 0
    stepped_on_drug: int = 0
    readings: tuple[Held, ...] = ()
    memory: tuple[Memory, ...] = ()
    baseline: tuple[Held, ...] = ()
    history: tuple[Held, ...] = ()
    refused_last: tuple[Held, ...] = ()
    raised: int | None = None
    lowered: int | None = None
    taken: Taken | None = None
    awaited: tuple[Awaited, ...] = ()
    held_on_drug: int = 0

    def reading(self, name: str) -> Held | None:
        """The last accepted reading of an input, however old; None if there is none."""
        for held in self.readings:
            if held.input == name:
                return held
        return None

    def measured(self, name: str) -> int | None:
        """When an input was last observed, or treatment began if it never was; None if that did not begin either."""
        held = self.reading(name)
        return self.started if held is None else held.observed

    def baseline_of(self, name: str) -> Held | None:
        """The baseline of an input; None before the first dose, and where there was no accepted reading by then."""
        return None if self.started is None else next((held for held in self.baseline if held.input == name), None)

    def moved(self, **changes: Any) -> State:
        """The state with these fields changed, as ``attrs.evolve`` gives it, in a quarter of the time: each visit makes one."""
        values = list(_values(self))
        for name, value in changes.items():
            values[_PLACES[name]] = value
        return _State(*values)


_State = quickly(State)
_PLACES = {name: place for place, name in enumerate(fields_dict(State))}
_values = attrgetter(*_PLACES)
