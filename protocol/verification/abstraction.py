"""What of a patient is kept in a state, and what of a visit in a letter, so that there are finitely many of both?

Times are ages at the visit, in minutes, and end above the largest constant that they are compared with. What was acted on before
is kept as one bit of each comparison and tracker: whether it came due, or moved, since the last step (and since the last hold,
where a rule holds once). Of readings only those are kept that a later visit can look back to: those of fixed inputs, and of
inputs of which a tracker follows how long something has been so. All others are free at each visit: measured in any cell,
unknown, or carried over where that makes a difference, whatever was measured before. So there may be more courses here than there
are: what holds here holds, and what fails here is shown only when it has been replayed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from itertools import product

from attrs import evolve, frozen

from protocol.model.formula import Current, parts
from protocol.model.guard import (
    Clock,
    Compare,
    CumulativeDose,
    Guard,
    Known,
    Named,
    Ratio,
    Term,
    Tracked,
    Value,
    nodes,
)
from protocol.model.input import Input, Number, Tracker
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.semantics.claims import asked_name, watched
from protocol.semantics.prepared import Prepared, prepare
from protocol.verification.axes import BETWEEN, NEW, OLD, Axis, Cell, cells_of, completes_of, letters_of
from protocol.verification.costs import costs_of

DATES = ("started", "entered", "changed", "raised", "lowered", "hold_began", "stepped")
CLOCKS = {
    "start": "started", "state": "entered", "dose change": "changed", "dose raised": "raised", "dose lowered": "lowered",
    "hold": "hold_began",
}  # fmt: skip
MOST_AGES = 60
"""Visits for which it is looked back whether a reading that is carried over is older than a step; later they are all the same."""


@frozen(eq=False)
class Abstraction:
    """A protocol with everything that its states and letters are made of; ``every`` is minutes between two visits."""

    protocol: Protocol
    prepared: Prepared
    every: int
    axes: tuple[Axis, ...]
    trackers: tuple[Tracker, ...]
    caps: dict[str, int]
    stopwatch: int | None
    due: tuple[Compare, ...]
    remembered: tuple[int, ...]
    cares: frozenset[str]
    holds_once: bool

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each axis among the axes."""
        return {axis.name: place for place, axis in enumerate(self.axes)}

    @cached_property
    def ways(self) -> dict[int, tuple[tuple[int, ...], ...]]:
        """For each axis the complete values of its letters."""
        return {place: tuple(letter.complete for letter in axis.letters) for place, axis in enumerate(self.axes)}

    def axis_of(self, term: Term | Known) -> int:
        """The place of the axis that a term asks."""
        return self.places[_axis_name(term)]

    def axes_of(self, guard: Guard) -> frozenset[int]:
        """The places of the axes that a condition asks."""
        return frozenset(self.places[name] for name in _asked_by(self.prepared, [guard]))

    def guards_of(self, rule: Rule) -> tuple[Guard, ...]:
        """Every comparison and question in the guard of a rule, named guards opened."""
        return tuple(opened(self.prepared, rule.when))


def opened(prepared: Prepared, guard: Guard) -> Iterator[Guard]:
    """The guard and everything in it, what named guards stand for too."""
    for node in nodes(guard):
        yield node
        if isinstance(node, Named):
            yield from opened(prepared, prepared.definitions[node.name])


def abstraction(protocol: Protocol, every: int, also: Iterable[Protocol] = ()) -> Abstraction:
    """The abstraction of a protocol on a grid of visits; ``also`` are protocols whose constants are told apart as well."""
    asked = watched(protocol)
    full = prepare(asked)
    prepared = evolve(
        full, numbers={}, scores={}, scheduled=(), monitoring=(), defaulted=frozenset(), baselines=frozenset(), reach={}
    )
    roots = _roots(prepared, protocol)
    trackers = _asked_trackers(prepared, roots)
    guards = [*roots, *(guard for tracker in trackers for guard in _conditions(tracker))]
    constants = _constants([*_compared(prepared, guards), *(one for other in also for one in everything_compared(other))])
    step_guards = [node for rule in prepared.rules if uses_up(rule) for node in opened(prepared, rule.when)]
    lasting = [guard for tracker in trackers if tracker.kind in ("duration", "since") for guard in _conditions(tracker)]
    in_row = [guard for tracker in trackers if tracker.kind == "consecutive" for guard in _conditions(tracker)]
    cares = _inputs(prepared, [*step_guards, *in_row]) | _aged(prepared, guards)
    kept = _asked_by(prepared, lasting) | {item.name for item in protocol.inputs if item.fixed}
    once = any(rule.once for rule in prepared.rules)
    axes = tuple(_axes(protocol, prepared, guards, trackers, constants, every, cares, kept, once))
    clocks = _clock_caps(prepared, guards)
    valid = [axis.item.valid_for or 0 for axis in axes if axis.name in cares]
    caps = {CLOCKS[name]: cap for name, cap in clocks.items() if name in CLOCKS} | {"stepped": max(valid, default=-1) + 1}
    if once:
        caps["hold_began"] = max(caps.get("hold_began", 0), caps["stepped"])
    return Abstraction(
        protocol,
        prepared,
        every,
        axes,
        trackers,
        caps,
        clocks.get("treatment"),
        tuple(dict.fromkeys(_dated(step_guards, trackers))),
        tuple(place for place, axis in enumerate(axes) if axis.name in kept),
        frozenset(cares),
        once,
    )


def uses_up(rule: Rule) -> bool:
    """Whether what makes the rule true is used up by it: a step, or a hold that one reading calls for once."""
    return (rule.action.kind in ("escalate", "reduce") and not rule.again) or (rule.action.kind == "hold" and rule.once)


def _conditions(tracker: Tracker) -> tuple[Guard, ...]:
    return (tracker.when,) if tracker.until is None else (tracker.when, tracker.until)


def _asked_trackers(prepared: Prepared, roots: Iterable[Guard]) -> tuple[Tracker, ...]:
    names = {node.term.tracker for guard in roots for node in opened(prepared, guard) if _is_of_tracker(node)}  # type: ignore[union-attr]
    return tuple(tracker for tracker in prepared.trackers if tracker.name in names)


def _is_of_tracker(node: Guard) -> bool:
    return isinstance(node, Compare) and isinstance(node.term, Tracked)


def _inputs(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    return {name for guard in guards for name in prepared.inputs_of(guard)}


def _axis_name(term: Term | Known) -> str:
    """The axis that a term asks; empty for what is no input."""
    name: str = getattr(term, "input", "")
    return f"{name} / baseline" if isinstance(term, Ratio) and term.limit == "baseline" else name


def _asked_by(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    """The names of the axes that conditions ask."""
    return {name for guard in guards for term in prepared.terms(guard) if (name := _axis_name(term))}


def _aged(prepared: Prepared, guards: Iterable[Guard]) -> set[str]:
    return {node.input for guard in guards for node in opened(prepared, guard) if isinstance(node, Known) and node.within}


def _compared(prepared: Prepared, guards: Iterable[Guard]) -> Iterator[Compare]:
    for guard in guards:
        yield from (node for node in opened(prepared, guard) if isinstance(node, Compare))


def everything_compared(protocol: Protocol) -> Iterator[Compare]:
    """Every comparison that a rule, a property or a tracker of the protocol makes."""
    prepared = prepare(watched(protocol))
    roots = _roots(prepared, protocol)
    trackers = _asked_trackers(prepared, roots)
    yield from _compared(prepared, [*roots, *(guard for tracker in trackers for guard in _conditions(tracker))])


def _roots(prepared: Prepared, protocol: Protocol) -> list[Guard]:
    named = [Named(asked_name(guard)) for item in protocol.properties for guard in item.guards()]
    return [*(rule.when for rule in prepared.rules), *named]


def _constants(compared: Iterable[Compare]) -> dict[Term, tuple[Fraction, ...]]:
    found: dict[Term, set[Fraction]] = {}
    for node in compared:
        found.setdefault(node.term, set()).add(node.constant)
    return {term: tuple(sorted(values)) for term, values in found.items()}


def _clock_caps(prepared: Prepared, guards: Iterable[Guard]) -> dict[str, int]:
    """For each clock that is asked the age from which on it is the same for all that asks it."""
    caps: dict[str, int] = {}
    for guard in guards:
        for node in opened(prepared, guard):
            if isinstance(node, Compare) and isinstance(node.term, Clock):
                caps[node.term.name] = max(caps.get(node.term.name, 0), int(node.constant) + 1)
    return caps


def _dated(guards: Iterable[Guard], trackers: tuple[Tracker, ...]) -> Iterator[Compare]:
    """The comparisons that come due by time: of clocks, and of how long or how long ago something was so."""
    kinds = {tracker.name: tracker.kind for tracker in trackers}
    for node in guards:
        match node:
            case Compare(Clock()):
                yield node
            case Compare(Tracked(name)) if kinds[name] in ("duration", "since"):
                yield node
            case _:
                pass


# Axes


def _axes(
    protocol: Protocol,
    prepared: Prepared,
    guards: list[Guard],
    trackers: tuple[Tracker, ...],
    constants: dict[Term, tuple[Fraction, ...]],
    every: int,
    cares: set[str],
    kept: set[str],
    once: bool,
) -> Iterator[Axis]:
    terms = dict.fromkeys(term for guard in guards for term in prepared.terms(guard))
    names = dict.fromkeys(name for term in terms if (name := getattr(term, "input", "")))
    names |= dict.fromkeys(tracker.input for tracker in trackers if tracker.input)
    for name in names:
        item = _lasting(protocol, prepared.inputs[name])
        withins = sorted({node.within for node in terms if isinstance(node, Known) and node.input == name and node.within})
        asked = any(isinstance(node, Known) and node.input == name for node in terms)
        ages = tuple(_carried(item, every, withins, name in cares, name in kept, once))
        yield _axis(prepared, item, cells_of(item, constants, trackers), ages, tuple(withins), asked)
        ratio = Ratio(name, "baseline")
        if ratio in terms:
            whole = Input(_axis_name(ratio), Number("1", Fraction(0), max(constants[ratio]) + 1), item.valid_for)
            ages = tuple(_carried(whole, every, [], False, whole.name in kept, once))
            yield _axis(prepared, whole, _cells_of_ratio(whole, constants[ratio]), ages, (), False)


def _lasting(protocol: Protocol, item: Input) -> Input:
    """The input; a computed number is no longer valid than the shortest of what it is computed from, where nothing stands in."""
    for number in protocol.numbers:
        if number.name == item.name:
            known = {name for name, _ in number.defaults}
            current = [part.input for part in parts(number.value) if isinstance(part, Current) and part.input not in known]
            valid = [one for name in current if (one := protocol.input(name).valid_for) is not None]
            return evolve(item, valid_for=min(valid, default=None))
    return item


def _cells_of_ratio(item: Input, cuts: tuple[Fraction, ...]) -> tuple[Cell, ...]:
    return cells_of(item, {Value(item.name): cuts}, ())


def _axis(
    prepared: Prepared,
    item: Input,
    cells: tuple[Cell, ...],
    ages: tuple[tuple[int, tuple[bool, ...]], ...],
    withins: tuple[int, ...],
    asked: bool,
) -> Axis:
    completes = completes_of(cells, ages, len(withins), known_asked=asked)
    score = any(score.name == item.name for score in prepared.protocol.scores)
    letters = letters_of(cells, completes, costs_of(prepared, item.name, cells), ages, always_known=score)
    return Axis(item.name, item, cells, completes, tuple(letters), withins)


def _carried(
    item: Input, every: int, withins: list[int], cares: bool, kept: bool, once: bool
) -> Iterator[tuple[int, tuple[bool, ...]]]:
    """The ages at which a reading can be carried over: whether newer than the last step and hold, and young enough or not."""
    if not (cares or kept):
        return
    longest = every * MOST_AGES if item.valid_for is None else item.valid_for
    ages = [*range(every, min(longest, every * MOST_AGES) + 1, every), *(within + 1 for within in withins if within < longest)]
    patterns = dict.fromkeys(tuple(age <= within for within in withins) for age in ages)
    dates = (NEW, BETWEEN, OLD) if once else (NEW, OLD)
    yield from product(dates if cares else (NEW,), patterns)


def constants_of(term: CumulativeDose, prepared: Prepared) -> tuple[Fraction, ...]:
    """What the cumulative dose is compared with."""
    return prepared.constants.get(term, ())
