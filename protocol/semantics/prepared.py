"""A protocol made ready to be asked: rules under the chosen readings, grades as thresholds, the constants of every term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache

import attrs
from attrs import frozen

from protocol.errors import PROTOCOL, check_kind
from protocol.model.formula import Baseline, Earlier, parts
from protocol.model.guard import (
    And,
    Clock,
    Compare,
    CumulativeDose,
    GradeOf,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Term,
    Value,
    nodes,
)
from protocol.model.input import DerivedNumber, Input, Number, Schedule, Score, Tracker
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.semantics.grading import compare_grade


@frozen(eq=False)
class Prepared:
    """What the semantics looks up again and again; computed once for a protocol.

    ``inputs`` are all that can be asked for a value, the derived ``numbers`` and the ``scores`` too. ``baselines`` names the
    inputs of which the baseline is kept, ``reach`` those of which older readings are, with for how many minutes. ``defaulted``
    names the inputs for which a stated value stands in somewhere while they are missing. ``monitoring`` holds the entries of
    each input that has some. ``counts_dose``: something asks for the cumulative dose.
    """

    protocol: Protocol
    rules: tuple[Rule, ...]
    place: dict[str, int]
    inputs: dict[str, Input]
    trackers: tuple[Tracker, ...]
    definitions: dict[str, Guard]
    constants: dict[Term, tuple[Fraction, ...]]
    baselines: frozenset[str]
    numbers: dict[str, DerivedNumber]
    reach: dict[str, int]
    scheduled: tuple[tuple[Input, Schedule], ...]
    defaulted: frozenset[str]
    monitoring: tuple[tuple[Input, tuple[Monitoring, ...]], ...]
    scores: dict[str, Score]
    counts_dose: bool

    def terms(self, guard: Guard) -> Iterator[Term | Known]:
        """Everything that the guard asks, named guards opened, in order of reading; ``Known`` stands for its input's age."""
        for node in nodes(guard):
            match node:
                case Compare(term):
                    yield term
                case Is(name):
                    yield Value(name)
                case Known():
                    yield node
                case Named(name):
                    yield from self.terms(self.definitions[name])
                case _:
                    pass

    def instead_of(self, name: str) -> str:
        """What would have been right instead of a name that is no input."""
        names = sorted(self.inputs)
        near = get_close_matches(name.lower(), names, 1)
        return (f"did you mean '{near[0]}'?  " if near else "") + f"Inputs: {', '.join(names)}"

    def inputs_of(self, guard: Guard) -> tuple[str, ...]:
        """The names of the inputs that a guard asks, each once."""
        names = (getattr(term, "input", "") for term in self.terms(guard))
        return tuple(dict.fromkeys(name for name in names if name))

    def inputs_behind(self, score: Score) -> tuple[str, ...]:
        """The names of the inputs that the conditions of a score ask, those of scores in them too, each once."""
        asked = (name for guard in score.guards() for name in self.inputs_of(guard))
        opened = (self.inputs_behind(self.scores[name]) if name in self.scores else (name,) for name in asked)
        return tuple(dict.fromkeys(name for names in opened for name in names))


_MOST = 256
_READY: dict[int, tuple[Protocol, Prepared]] = {}


def prepare(protocol: Protocol) -> Prepared:
    """The protocol made ready; the same protocol is made ready once.

    It is found again by identity. Two equal protocols, such as a file that was loaded twice, are compared only the first
    time, because that takes as long as a decision. What is kept is also what makes an identity belong to one protocol.
    """
    known = _READY.get(id(protocol))
    if known is not None:
        return known[1]
    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    if len(_READY) >= _MOST:
        _READY.clear()
    prepared = _prepared(protocol)
    _READY[id(protocol)] = protocol, prepared
    return prepared


@lru_cache(maxsize=_MOST)
def _prepared(protocol: Protocol) -> Prepared:
    numbers = {item.name: item for item in protocol.numbers}
    inputs = {item.name: item for item in (*protocol.inputs, *computed_inputs(protocol))}
    scores = {item.name: _expanded_score(item, inputs) for item in protocol.scores}
    rules = tuple(attrs.evolve(rule, when=_expanded(rule.when, inputs)) for rule in protocol.in_force())
    trackers = tuple(_expanded_tracker(tracker, inputs) for tracker in protocol.trackers)
    definitions = {name: _expanded(guard, inputs) for name, guard in _definitions(protocol)}
    monitoring = tuple(_monitoring(protocol, inputs))
    often = [entry.when for _, entries in monitoring for entry in entries]
    guards = [*(rule.when for rule in rules), *definitions.values(), *_tracker_guards(trackers), *often]
    guards += [guard for score in scores.values() for guard in score.guards()]
    place = {rule.name: number for number, rule in enumerate(rules)}
    constants = _constants(guards)
    baselines = {term.input for term in constants if isinstance(term, Ratio) and term.limit == "baseline"}
    baselines |= {part.input for number in protocol.numbers for part in parts(number.value) if isinstance(part, Baseline)}
    scheduled = tuple((item, item.schedule) for item in protocol.inputs if item.schedule is not None)
    return Prepared(
        protocol,
        rules,
        place,
        inputs,
        trackers,
        definitions,
        constants,
        frozenset(baselines),
        numbers,
        _reach(protocol),
        scheduled,
        frozenset(name for number in protocol.numbers for name, _ in number.defaults),
        monitoring,
        scores,
        any(isinstance(term, CumulativeDose) for term in constants),
    )


def computed_inputs(protocol: Protocol) -> Iterator[Input]:
    """The derived numbers and the scores as inputs of the same unit and range, of which nobody reports a reading."""
    for number in protocol.numbers:
        yield Input(number.name, number.kind, None, label=number.label, note=number.note)
    for score in protocol.scores:
        yield Input(score.name, score.kind, None, label=score.label, note=score.note)


def _reach(protocol: Protocol) -> dict[str, int]:
    """For each input to whose earlier readings a formula looks back, the minutes by which the oldest of them lies back."""
    found: dict[str, int] = {}
    for number in protocol.numbers:
        for part in parts(number.value):
            if isinstance(part, Earlier):
                before = number.window[0] if number.window else 0
                found[part.input] = max(found.get(part.input, 0), part.ago + before)
    return found


def _definitions(protocol: Protocol) -> Iterator[tuple[str, Guard]]:
    for derived in protocol.derived:
        yield derived.name, derived.when
    for interpretation in protocol.interpretations:
        guard = interpretation.reading().guard
        if guard is not None:
            yield interpretation.name, guard


def _monitoring(protocol: Protocol, inputs: dict[str, Input]) -> Iterator[tuple[Input, tuple[Monitoring, ...]]]:
    """Each input that has entries of its own, with them, in order."""
    expanded = [attrs.evolve(entry, when=_expanded(entry.when, inputs)) for entry in protocol.monitoring]
    for item in protocol.inputs:
        if entries := tuple(entry for entry in expanded if entry.input == item.name):
            yield item, entries


def _tracker_guards(trackers: Iterable[Tracker]) -> Iterator[Guard]:
    for tracker in trackers:
        yield tracker.when
        if tracker.until is not None:
            yield tracker.until


def _expanded_tracker(tracker: Tracker, inputs: dict[str, Input]) -> Tracker:
    until = None if tracker.until is None else _expanded(tracker.until, inputs)
    return attrs.evolve(tracker, when=_expanded(tracker.when, inputs), until=until)


def _expanded_score(score: Score, inputs: dict[str, Input]) -> Score:
    items = (
        attrs.evolve(item, cases=tuple(attrs.evolve(case, when=_expanded(case.when, inputs)) for case in item.cases))
        for item in score.items
    )
    return attrs.evolve(score, items=tuple(items))


def _expanded(guard: Guard, inputs: dict[str, Input]) -> Guard:
    """The guard with each comparison of a grade replaced by the thresholds that the criteria print for it."""
    match guard:
        case Compare(GradeOf(name), operator, constant):
            return _thresholds(inputs[name], operator, constant)
        case Not(part):
            return Not(_expanded(part, inputs))
        case And(parts):
            return And(tuple(_expanded(part, inputs) for part in parts))
        case Or(parts):
            return Or(tuple(_expanded(part, inputs) for part in parts))
        case _:
            return guard


def _thresholds(item: Input, operator: str, constant: Fraction) -> Guard:
    assert item.graded_by is not None and isinstance(item.kind, Number)
    criteria, term = item.graded_by
    return compare_grade(criteria, term, item.name, item.kind.unit, operator, constant)  # type: ignore[arg-type]


def _constants(guards: Iterable[Guard]) -> dict[Term, tuple[Fraction, ...]]:
    found: dict[Term, set[Fraction]] = {}
    for guard in guards:
        for node in nodes(guard):
            if isinstance(node, Compare):
                values = found.setdefault(node.term, set())
                values.add(node.constant)
                if isinstance(node.term, Clock):
                    values.add(node.constant - node.early)
    return {term: tuple(sorted(values)) for term, values in found.items()}
