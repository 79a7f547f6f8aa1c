"""What of a course is drawn: the doses in force one after the other, each change with its rule, and the deviations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import frozen

from protocol.adapters.report.computed import Computed
from protocol.adapters.tally import is_assumed_change, is_change
from protocol.model.decision import Deviation, DeviationKind, Step, Trace
from protocol.model.protocol import Protocol
from protocol.model.quantity import say_number
from protocol.model.regimen import Dose
from protocol.model.summary import Spell

ChangeKind = Literal["start", "escalate", "reduce", "hold", "resume", "review", "stop", "other"]
Ending = Literal["continues", "without drug", "stopped", "never started"]


@frozen
class Change:
    """A dose change that was given, or assumed: what it was, to which dose, and the rule that orders or permits it.

    ``rule`` is empty where none does. ``latest`` is the end of the range where the date is one.
    """

    time: int
    latest: int
    kind: ChangeKind
    dose: Dose
    rule: str = ""
    assumed: bool = False


@frozen
class Deviating:
    """A deviation, or that it cannot be decided whether there is one; at which step, and its number within the course."""

    number: int
    step: Step
    deviation: Deviation

    @property
    def kind(self) -> DeviationKind:
        """The field's term for it."""
        return self.deviation.kind

    @property
    def is_certain(self) -> bool:
        """Whether it is one, whatever the missing values are."""
        return self.deviation.is_certain

    @property
    def time(self) -> int:
        """When, in minutes since the first dose."""
        return self.step.visit.time


@frozen
class Lane:
    """One course as it is drawn. ``group`` is its value of the input by which courses are grouped.

    ``spells`` are the doses in force, no drug during treatment too; ``noted``
    are its deviations, and where it cannot be decided whether there is one.
    """

    trace: Trace
    group: str
    spells: tuple[Spell, ...]
    changes: tuple[Change, ...]
    noted: tuple[Deviating, ...]
    ending: Ending

    @property
    def name(self) -> str:
        """Which course."""
        return self.trace.course

    @property
    def deviations(self) -> tuple[Deviating, ...]:
        """What was not permitted, whatever is missing."""
        return tuple(one for one in self.noted if one.is_certain)

    @property
    def undecided(self) -> tuple[Deviating, ...]:
        """What was permitted or not, depending on what is missing."""
        return tuple(one for one in self.noted if not one.is_certain)

    @property
    def end(self) -> int:
        """The last visit; where its date is a range, the earliest that it can be."""
        return self.trace.steps[-1].visit.time if self.trace.steps else 0

    @property
    def latest(self) -> int:
        """The latest date that any visit can have."""
        return max((visit.latest or visit.time for visit in (step.visit for step in self.trace.steps)), default=0)

    @property
    def on_drug(self) -> int:
        """Minutes with drug."""
        return sum(one.minutes for one in self.spells if one.dose.is_drug)


def lane(trace: Trace, protocol: Protocol, computed: Computed, by: str = "") -> Lane:
    """The course as it is drawn; ``by`` names the input by which courses are grouped."""
    noted = ((step, deviation) for step in trace.steps for deviation in step.deviations)
    return Lane(
        trace,
        _group(trace, by) if by else "",
        tuple(_treatment(computed.spells(trace))),
        tuple(_changes(trace.steps, protocol)),
        tuple(Deviating(number, *one) for number, one in enumerate(noted, 1)),
        _ending(trace),
    )


def lanes(traces: Iterable[Trace], protocol: Protocol, computed: Computed, by: str = "") -> tuple[Lane, ...]:
    """All courses that hold a visit, group by group, the longest first."""
    drawn = (lane(trace, protocol, computed, by) for trace in traces if trace.steps)
    order = {option: place for place, option in enumerate(options(protocol, by))}
    return tuple(sorted(drawn, key=lambda one: (order.get(one.group, len(order)), one.group, -one.end, one.name)))


def options(protocol: Protocol, by: str) -> tuple[str, ...]:
    """The values that an input can have, in the order of the protocol; none for a number."""
    found = next((item.kind for item in protocol.inputs if item.name == by), None)
    return getattr(found, "options", ())


def fixed_choice(protocol: Protocol) -> str:
    """The input by which courses are grouped where nothing else is asked: the first choice that never changes, as an arm."""
    return next((item.name for item in protocol.inputs if item.fixed and options(protocol, item.name)), "")


def _group(trace: Trace, by: str) -> str:
    values = (one.value for step in trace.steps for one in step.visit.observations if one.input == by and one.value is not None)
    value = next(values, "not known")
    return value if isinstance(value, str) else say_number(value)


# The doses in force


def _treatment(spells: Iterable[Spell]) -> Iterator[Spell]:
    """The spells from the first dose to the end of treatment; drug that is given after it too."""
    for one in spells:
        if one.dose.is_drug or one.control.kind not in ("before treatment", "stopped"):
            yield one


def _ending(trace: Trace) -> Ending:
    if not trace.steps:
        return "never started"
    state = trace.steps[-1].state
    if state.control.kind == "stopped":
        return "stopped"
    if state.control.kind == "before treatment":
        return "never started"
    return "continues" if state.dose.is_drug else "without drug"


# What changed


def _changes(steps: tuple[Step, ...], protocol: Protocol) -> Iterator[Change]:
    for step in steps:
        if is_change(step) or is_assumed_change(step) or _begins_review(step):
            latest = step.visit.time if step.visit.latest is None else step.visit.latest
            yield Change(step.visit.time, latest, _kind(step, protocol), step.state.dose, _rule(step), step.assumed)


def _begins_review(step: Step) -> bool:
    return step.state.control.kind == "in review" != step.decision.before.control.kind


def _kind(step: Step, protocol: Protocol) -> ChangeKind:
    before, after = step.decision.before, step.state
    if after.control.kind == "stopped" != before.control.kind:
        return "stop"
    if before.dose == after.dose:
        return "review" if _begins_review(step) else "other"
    if before.control.kind == "before treatment":
        return "start"
    if not after.dose.is_drug:
        return "hold"
    if not before.dose.is_drug:
        return "resume"
    return _direction(before.dose, after.dose, protocol)


def _direction(before: Dose, after: Dose, protocol: Protocol) -> ChangeKind:
    if not before.kind == after.kind == "level":
        return "other"
    return "escalate" if protocol.rung(after.name) > protocol.rung(before.name) else "reduce"


def _rule(step: Step) -> str:
    """The rule that orders what was given, else the first that permits it."""
    decision = step.decision
    reached = (step.state.control.kind, step.state.dose)
    if step.assumed or (step.verdict and step.verdict.recommended):
        return decision.rule
    effects = ((one.rule, one.effect) for one in decision.permitted)
    return next((rule for rule, effect in effects if (effect.control.kind, effect.dose) == reached), "")
