"""A protocol: the whole rule set, as frozen values. Equal protocols have equal fingerprints."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from functools import lru_cache
from typing import Literal, TypeVar

import attrs
from attrs import frozen

from protocol.errors import PROTOCOL, check_kind
from protocol.model.dispensing import Dispensing
from protocol.model.expectation import Expectation
from protocol.model.guard import Guard
from protocol.model.input import Derived, DerivedNumber, Input, Number, Score, Tracker
from protocol.model.monitoring import Monitoring
from protocol.model.property import Property
from protocol.model.regimen import Regimen
from protocol.model.rule import ControlKind, Rule
from protocol.model.table import Table


@frozen
class Source:
    """Where a rule or a number comes from. ``unverified`` says why it may not be relied on; empty means verified."""

    name: str
    cite: str
    unverified: str = ""


@frozen
class Level:
    """A rung of the ladder. Rungs are compared by their place, never by their amounts."""

    name: str
    regimen: Regimen


End = Literal["printed", "ours"]


@frozen
class LadderEnds:
    """Whether the source prints each end of the ladder, or it is ours: then the source says nothing of a step beyond it."""

    lowest: End = "printed"
    highest: End = "printed"


@frozen
class Reading:
    """One way to read an open question. ``guard`` is what the interpretation's name means in a guard, if it is used there."""

    name: str
    means: str
    guard: Guard | None = None
    unverified: str = ""


@frozen
class Interpretation:
    """A question that the source leaves open, its readings, and the one chosen."""

    name: str
    question: str
    readings: tuple[Reading, ...]
    chosen: str

    def reading(self) -> Reading:
        """The chosen reading."""
        return next(reading for reading in self.readings if reading.name == self.chosen)


@frozen(cache_hash=True)
class Protocol:
    """The whole rule set. ``levels`` is the ladder, lowest first; ``rules`` are ordered, safety first.

    ``derived`` are the derived inputs that are true or false, ``numbers`` those that are numbers, ``scores`` sums of points.
    ``otherwise`` lists the control states in which the protocol itself says that nothing covered means continue, ``silent``
    those in which it says that the source is silent there: the dose in force stands, as where nothing is said, and known so.
    ``monitoring`` are ordered entries: for each input the first that holds says how often it is measured.
    ``dispensing`` says in which strengths the drug is dispensed; None: nothing is said of that.
    ``act_within`` is minutes until a recommendation must be in force; None: before the next visit.
    ``tables`` are those of the source of which some of the rules are the cells. ``expectations`` are of built-in properties.
    """

    name: str
    version: str
    levels: tuple[Level, ...]
    inputs: tuple[Input, ...]
    rules: tuple[Rule, ...]
    derived: tuple[Derived, ...] = ()
    numbers: tuple[DerivedNumber, ...] = ()
    trackers: tuple[Tracker, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    sources: tuple[Source, ...] = ()
    otherwise: tuple[ControlKind, ...] = ()
    silent: tuple[ControlKind, ...] = ()
    resolution: Literal["minutes", "hours", "days", "weeks"] = "days"
    safe_side: Literal["less", "more", "none"] = "less"
    between_visits: Literal["wait", "act"] = "wait"
    act_within: int | None = None
    ladder_ends: LadderEnds = LadderEnds()
    title: str = ""
    drug: str = ""
    note: str = ""
    properties: tuple[Property, ...] = ()
    monitoring: tuple[Monitoring, ...] = ()
    scores: tuple[Score, ...] = ()
    dispensing: Dispensing | None = None
    tables: tuple[Table, ...] = ()
    expectations: tuple[Expectation, ...] = ()

    def claimed(self) -> tuple[Property | Expectation, ...]:
        """The properties of the file, and what it expects of those that every protocol is asked."""
        return (*self.properties, *self.expectations)

    def unclaimed(self) -> Protocol:
        """The same protocol, of which nothing is claimed; it decides the same."""
        return attrs.evolve(self, properties=(), expectations=())

    def in_force(self) -> tuple[Rule, ...]:
        """The rules under the chosen readings, in order."""
        chosen = {interpretation.name: interpretation.chosen for interpretation in self.interpretations}
        return tuple(rule for rule in self.rules if all(chosen[name] == reading for name, reading in rule.under))

    def with_reading(self, interpretation: str, reading: str) -> Protocol:
        """The same protocol under another reading of one open question; raises KeyError for an unknown name."""
        by_name = {item.name: item for item in self.interpretations}
        if reading not in {option.name for option in by_name[interpretation].readings}:
            raise KeyError(reading)
        changed = attrs.evolve(by_name[interpretation], chosen=reading)
        return attrs.evolve(
            self, interpretations=tuple(changed if item.name == interpretation else item for item in self.interpretations)
        )

    def level(self, name: str) -> Level:
        """The level of that name; raises KeyError."""
        return self.levels[self.rung(name)]

    def rung(self, name: str) -> int:
        """The place of a level on the ladder, 0 the lowest; raises KeyError."""
        for place, level in enumerate(self.levels):
            if level.name == name:
                return place
        raise KeyError(name)

    def end_beyond(self, rung: int) -> End | None:
        """Whether the end beyond which a place lies is printed or ours; None on the ladder."""
        if rung < 0:
            return self.ladder_ends.lowest
        return self.ladder_ends.highest if rung >= len(self.levels) else None

    def rule(self, name: str) -> Rule:
        """The rule of that name; raises KeyError."""
        return _by_name(self.rules, name)

    def table(self, name: str) -> Table:
        """The table of that name; raises KeyError."""
        return _by_name(self.tables, name)

    def input(self, name: str) -> Input:
        """The input of that name; raises KeyError."""
        return _by_name(self.inputs, name)

    def unit_of(self, name: str) -> str:
        """The unit of a measured or derived number; empty for anything else."""
        for number in self.numbers:
            if number.name == name:
                return number.kind.unit
        return next((item.kind.unit for item in self.inputs if item.name == name and isinstance(item.kind, Number)), "")

    def tracker(self, name: str) -> Tracker:
        """The tracker of that name; raises KeyError."""
        return _by_name(self.trackers, name)

    def definition(self, name: str) -> Guard:
        """The guard that a name stands for: a derived input, or the chosen reading of an interpretation; raises KeyError."""
        for derived in self.derived:
            if derived.name == name:
                return derived.when
        guard = _by_name(self.interpretations, name).reading().guard
        if guard is None:
            raise KeyError(name)
        return guard


Item = TypeVar("Item", Input, Rule, Tracker, Interpretation, Table)


def _by_name(items: tuple[Item, ...], name: str) -> Item:
    for item in items:
        if item.name == name:
            return item
    raise KeyError(name)


@lru_cache(maxsize=64)
def fingerprint(protocol: Protocol) -> str:
    """Sixteen hexadecimal digits of a SHA-256 over everything in the protocol; equal protocols have equal ones."""
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    return hashlib.sha256(_canonical(protocol).encode()).hexdigest()[:16]


def _is_default(value: object, item: attrs.Attribute[object]) -> bool:
    held = getattr(value, item.name)
    return type(held) is type(item.default) and bool(held == item.default)


def _canonical(value: object) -> str:
    kind: type = type(value)
    if attrs.has(kind):
        # What is at its default is left out, so that a later version of this package, in which a part may say more,
        # gives a protocol that does not say it the fingerprint that it always had.
        said = ((item.name, getattr(value, item.name)) for item in attrs.fields(kind) if not _is_default(value, item))
        fields = (f"{name}={_canonical(part)}" for name, part in said)
        return f"{kind.__name__}({','.join(fields)})"
    if isinstance(value, tuple):
        return f"[{','.join(_canonical(item) for item in value)}]"
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return str(Fraction(value))  # 3 and Fraction(3) are equal, so they are one text
    return repr(value)
