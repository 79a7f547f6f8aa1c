"""What does anything in a protocol ask, so that a model of it has to keep it? Made from the rules in force, without a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from attrs import evolve, frozen

from protocol.errors import ProtocolError
from protocol.model.guard import (
    And,
    Clock,
    ClockName,
    Compare,
    CumulativeDose,
    Guard,
    Known,
    Named,
    Not,
    Or,
    Term,
    Tracked,
    nodes,
)
from protocol.model.input import Tracker
from protocol.model.property import Property
from protocol.model.protocol import Protocol
from protocol.model.rule import AtMost, Rule
from protocol.semantics.prepared import Prepared, prepare

FARTHEST_BACK = 60
"""Visits for which a reading that counts for ever is told apart by its age."""


class NotInPromela(ProtocolError):
    """Raised where a protocol asks what the Promela model does not have."""


@frozen(eq=False)
class Asked:
    """The rules, trackers and properties of a protocol with every named guard opened, and the ages at which clocks end.

    ``every`` is minutes between two visits; ages count in them. ``clocks`` has the age at which each clock that is asked is too
    old to matter. ``due`` are the comparisons of clocks of which it is kept whether they came due since the last step, ``moved``
    the trackers of which it is kept whether they moved. ``dated`` names the inputs that a step uses up, ``told`` those of which a
    measured value is told from one that is carried over, ``aged`` for each input the ages that ``known within`` asks.
    """

    protocol: Protocol
    prepared: Prepared
    every: int
    rules: tuple[Rule, ...]
    trackers: tuple[Tracker, ...]
    properties: tuple[Property, ...]
    conditions: dict[Guard, Guard]
    clocks: dict[ClockName, int]
    due: tuple[Compare, ...]
    moved: tuple[str, ...]
    dated: frozenset[str]
    told: frozenset[str]
    aged: dict[str, tuple[int, ...]]
    constants: dict[Term, tuple[Fraction, ...]]

    def tracker(self, name: str) -> Tracker:
        """The tracker of that name."""
        return next(tracker for tracker in self.trackers if tracker.name == name)

    @property
    def carried(self) -> frozenset[str]:
        """The inputs that a letter can show as carried over."""
        return self.dated | self.told | frozenset(self.aged)

    @property
    def steps_end(self) -> int:
        """The age, in visits, from which on no reading that a step uses up can be older than the last step."""
        valid = [self.prepared.inputs[name].valid_for or 0 for name in self.dated]
        return max(valid, default=0) // self.every + 1


def asked(protocol: Protocol, every: int, names: Iterable[str] = ()) -> Asked:
    """What a protocol asks under its chosen readings, with the properties of these names; raises NotInPromela."""
    prepared = prepare(protocol)
    wanted = set(names)
    properties = tuple(item for item in protocol.properties if item.name in wanted)
    rules = tuple(evolve(rule, when=opened(prepared, rule.when)) for rule in prepared.rules)
    conditions = {guard: opened(prepared, guard) for item in properties for guard in item.guards()}
    roots = [*(rule.when for rule in rules), *conditions.values()]
    trackers = tuple(_asked_trackers(prepared, roots))
    guards = [*roots, *(guard for tracker in trackers for guard in of_tracker(tracker))]
    _refuse(rules, trackers, guards)
    names = set(inputs_of(node for guard in guards for node in nodes(guard)))
    if protocol.between_visits == "act" or any(item.fixed for item in protocol.inputs if item.name in names):
        raise NotInPromela("it acts between visits, or asks an input that stands for ever, which the Promela model has not")
    used = [node for rule in rules if uses_up(rule) for node in nodes(rule.when)]
    counted = [one for one in trackers if one.kind == "consecutive" or (one.kind == "episodes" and one.measured_only)]
    return Asked(
        protocol,
        prepared,
        every,
        rules,
        trackers,
        properties,
        conditions,
        _clocks(guards, every),
        tuple(dict.fromkeys(node for node in used if _is_clock(node))),  # type: ignore[misc]
        tuple(dict.fromkeys(node.term.tracker for node in used if isinstance(node, Compare) and isinstance(node.term, Tracked))),
        frozenset(inputs_of(used)),
        frozenset(inputs_of(node for one in counted for guard in of_tracker(one) for node in nodes(guard))),
        _ages(guards),
        _constants(guards, trackers),
    )


def opened(prepared: Prepared, guard: Guard) -> Guard:
    """The guard with what each name stands for in its place."""
    match guard:
        case Named(name):
            return opened(prepared, prepared.definitions[name])
        case Not(part):
            return Not(opened(prepared, part))
        case And(parts):
            return And(tuple(opened(prepared, part) for part in parts))
        case Or(parts):
            return Or(tuple(opened(prepared, part) for part in parts))
        case _:
            return guard


def of_tracker(tracker: Tracker) -> tuple[Guard, ...]:
    """The conditions of a tracker."""
    return (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)


def uses_up(rule: Rule) -> bool:
    """Whether the rule orders nothing on evidence from before the last step."""
    return rule.action.kind in ("escalate", "reduce") and not rule.again


def inputs_of(guards: Iterable[Guard]) -> Iterator[str]:
    """The names of the inputs that these comparisons and questions ask."""
    for node in guards:
        name = getattr(node, "input", "") or getattr(getattr(node, "term", None), "input", "")
        if name:
            yield name


def _asked_trackers(prepared: Prepared, roots: Iterable[Guard]) -> Iterator[Tracker]:
    terms = {node.term for guard in roots for node in nodes(guard) if isinstance(node, Compare)}
    for tracker in prepared.trackers:
        if Tracked(tracker.name) in terms:
            until = None if tracker.until is None else opened(prepared, tracker.until)
            yield evolve(tracker, when=opened(prepared, tracker.when), until=until)


def _is_clock(node: Guard) -> bool:
    return isinstance(node, Compare) and isinstance(node.term, Clock) and node.operator in (">", ">=")


def _clocks(guards: Iterable[Guard], every: int) -> dict[ClockName, int]:
    ends: dict[ClockName, int] = {}
    for guard in guards:
        for node in nodes(guard):
            if isinstance(node, Compare) and isinstance(node.term, Clock):
                ends[node.term.name] = max(ends.get(node.term.name, 0), int(node.constant) // every + 1)
    return dict(sorted(ends.items()))


def _ages(guards: Iterable[Guard]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for guard in guards:
        for node in nodes(guard):
            if isinstance(node, Known) and node.within is not None:
                found.setdefault(node.input, set()).add(node.within)
    return {name: tuple(sorted(ages)) for name, ages in found.items()}


def _constants(guards: Iterable[Guard], trackers: Iterable[Tracker]) -> dict[Term, tuple[Fraction, ...]]:
    found: dict[Term, set[Fraction]] = {}
    for guard in guards:
        for node in nodes(guard):
            if isinstance(node, Compare):
                found.setdefault(node.term, set()).add(node.constant)
    return {term: tuple(sorted(values)) for term, values in found.items()}


def _refuse(rules: tuple[Rule, ...], trackers: tuple[Tracker, ...], guards: list[Guard]) -> None:
    if len(rules) > 30:
        raise NotInPromela(f"{len(rules)} rules are in force, and the Promela model has room for 30")
    for rule in rules:
        if rule.once or rule.supplement is not None or isinstance(rule.action.target, AtMost):
            raise NotInPromela(f"rule '{rule.name}' holds once, has a supplement or a cap, which the Promela model has not")
    for tracker in trackers:
        if tracker.kind in ("duration", "since"):
            raise NotInPromela(f"tracker '{tracker.name}' follows time between visits, which the Promela model does not")
    if any(isinstance(node, Compare) and isinstance(node.term, CumulativeDose) for guard in guards for node in nodes(guard)):
        raise NotInPromela("the cumulative dose is asked, which the Promela model does not count")
