"""All states of a protocol on a grid of visits, by asking the reference: each visit shows of each input anything it can.

Naive on purpose. A state is a state of the reference, known by its outline; before each visit its readings are replaced by those
that the visit carries over, so that what was measured before does not matter. Then ``step`` decides.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from attrs import evolve

from protocol import initial, step
from protocol.model.course import Given, Observation, Visit
from protocol.model.guard import And, Clock, Compare, Guard, Is, Known, Named, Not, Or, Ratio, Tracked, Value, nodes
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.state import Counted, Extreme, Held, Interval, Lasting, Since, State
from protocol.semantics import clocks
from protocol.semantics.prepared import prepare

BEGIN = 10**8
BACK = 60


class Naive:
    """One protocol with a visit every so many minutes."""

    def __init__(self, protocol: Protocol, every: int) -> None:
        self.protocol, self.every, self.prepared = protocol, every, prepare(protocol)
        roots = [self._open(rule.when) for rule in self.prepared.rules]
        asked = {n.term.tracker for root in roots for n in nodes(root) if isinstance(n, Compare) and isinstance(n.term, Tracked)}
        self.trackers = [one for one in self.prepared.trackers if one.name in asked]
        self.guards = [*roots, *(self._open(g) for one in self.trackers for g in (one.when, one.until) if g is not None)]
        self.atoms = [node for guard in self.guards for node in nodes(guard) if isinstance(node, Compare | Is | Known)]
        steps = [rule for rule in self.prepared.rules if rule.action.kind in ("escalate", "reduce") and not rule.again]
        self.used = [node for rule in steps for node in nodes(self._open(rule.when)) if isinstance(node, Compare | Is | Known)]
        counted = [one for one in self.trackers if one.kind == "consecutive" or (one.kind == "episodes" and one.measured_only)]
        told = [node for one in counted for g in (one.when, one.until) if g is not None for node in nodes(self._open(g))]
        aged = [atom for atom in self.atoms if isinstance(atom, Known) and atom.within is not None]
        self.carried = {name for atom in [*self.used, *told, *aged] if (name := _input(atom))}
        names = dict.fromkeys([*map(_input, self.atoms), *(one.input for one in self.trackers)])
        self.inputs = [self.prepared.inputs[name] for name in sorted(filter(None, names))]
        self.observations = {item.name: list(self._observed(item)) for item in self.inputs}
        self.dated = {name for atom in self.used if (name := _input(atom))}
        valid = [item.valid_for or 0 for item in self.inputs if item.name in self.dated]
        self.steps_end = max(valid, default=0) // every + 1

    def _open(self, guard: Guard) -> Guard:
        match guard:
            case Named(name):
                return self._open(self.prepared.definitions[name])
            case Not(part):
                return Not(self._open(part))
            case And(parts):
                return And(tuple(map(self._open, parts)))
            case Or(parts):
                return Or(tuple(map(self._open, parts)))
        return guard

    def _cuts(self, term: Any) -> list[Fraction]:
        cuts = {atom.constant for atom in self.atoms if isinstance(atom, Compare) and atom.term == term}
        if isinstance(term, Value):
            names = [Tracked(one.name) for one in self.trackers if one.input == term.input]
            cuts |= {atom.constant for atom in self.atoms if isinstance(atom, Compare) and atom.term in names}
        return sorted(cuts)

    def _observed(self, item: Input) -> Iterator[Observation]:
        match item.kind:
            case Choice(options):
                yield from (Observation(item.name, option) for option in options)
            case YesNo():
                yield from (Observation(item.name, option) for option in ("yes", "no"))
            case Grade():
                yield from (
                    Observation(item.name, Fraction(grade))
                    for grade in _apart(map(Fraction, range(6)), self._cuts(Value(item.name)))
                )
            case Number(_, low, high):
                cuts = self._cuts(Value(item.name))
                points = sorted({low, high, *cuts})
                values = _apart(sorted({*points, *((a + b) / 2 for a, b in pairwise(points))}), cuts)
                uppers, lowers = (self._cuts(Ratio(item.name, limit)) for limit in ("ULN", "LLN"))
                if uppers and lowers:
                    uppers = lowers = sorted({*uppers, *lowers})
                for value in values:
                    for upper, lower in product(_limits(value, uppers), _limits(value, lowers)):
                        if upper is None or lower is None or lower <= upper:
                            yield Observation(item.name, value, upper=upper, lower=lower)

    # Courses

    def letters(self, state: State, time: int) -> Iterator[tuple[State, tuple[Observation, ...]]]:
        """The state with what is carried over, and what is observed."""
        choices: list[list[tuple[Held | None, Observation | None]]] = []
        for item in self.inputs:
            found: list[tuple[Held | None, Observation | None]] = [(None, None)]
            found += [(None, one) for one in self.observations[item.name]]
            if item.name in self.carried:
                back = BACK if item.valid_for is None else min(item.valid_for // self.every, BACK)
                for age, one in product(range(1, back + 1), self.observations[item.name]):
                    value = one.value if isinstance(one.value, str) else Interval(one.value, one.value)
                    found.append((Held(item.name, value, time - age * self.every, "", one.lower, one.upper), None))
            choices.append(found)
        for choice in product(*choices):
            readings = tuple(sorted((held for held, _ in choice if held), key=lambda held: held.input))
            yield evolve(state, readings=readings), tuple(one for _, one in choice if one)

    def given(self, state: State) -> Iterator[Given | None]:
        yield None
        yield Given("none")
        yield Given("stopped")
        for level in self.protocol.levels:
            yield Given("regimen", level.regimen, level.name)
            if any(rule.action.anew for rule in self.protocol.rules):
                yield Given("regimen", level.regimen, level.name, True)

    def explore(self, limit: int = 50_000) -> dict[Hashable, State]:
        """Every state by its outline."""
        first = initial(self.protocol)
        found: dict[Hashable, State] = {self.outline(first): first}
        waiting = deque([first])
        while waiting and len(found) < limit:
            state = waiting.popleft()
            time = BEGIN if state.time is None else state.time + self.every
            for before, observations in self.letters(state, time):
                for given in self.given(state):
                    one = step(self.protocol, before, Visit(time, observations, given))
                    if one.verdict is not None and one.verdict.permitted == "none" and not one.verdict.recommended:
                        continue
                    outline = self.outline(one.state)
                    if outline not in found:
                        found[outline] = one.state
                        waiting.append(one.state)
        return found

    # States

    def outline(self, state: State) -> Hashable:
        time = state.time or 0
        ages = []
        for name in sorted({atom.term.name for atom in self.atoms if isinstance(atom, Compare) and isinstance(atom.term, Clock)}):
            end = max(int(a.constant) for a in self.atoms if isinstance(a, Compare) and a.term == Clock(name)) // self.every + 1
            age = state.on_drug if name == "treatment" else clocks.age(state, name, time)
            ages.append(None if age is None else min(age // self.every, end))
        since = self.steps_end if state.stepped is None else min((time - state.stepped) // self.every, self.steps_end)
        kept = (state.control, state.level, state.dose, state.withheld, state.reasons)
        return (*kept, tuple(ages), since if self.dated else 0, self._due(state), tuple(self._memory(state)))

    def _due(self, state: State) -> Hashable:
        found = []
        for atom in dict.fromkeys(self.used):
            if isinstance(atom, Compare) and isinstance(atom.term, Clock) and atom.operator in (">", ">="):
                limit = int(atom.constant) - (atom.early if atom.operator == ">=" else 0)
                if atom.term.name == "treatment":
                    found.append(state.stepped is not None and limit > state.stepped_on_drug)
                else:
                    begun = clocks.origin(state, atom.term.name)
                    found.append(None not in (state.stepped, begun) and begun + limit > state.stepped)  # type: ignore[operator]
            if isinstance(atom, Compare) and isinstance(atom.term, Tracked):
                changed = getattr(self._held(state, atom.term.tracker), "changed", None)
                found.append(changed is not None and (state.stepped is None or changed > state.stepped))
        return tuple(found)

    def _held(self, state: State, name: str) -> Any:
        return state.memory[[one.name for one in self.prepared.trackers].index(name)]

    def _memory(self, state: State) -> Iterator[Hashable]:
        for tracker in self.trackers:
            constants = sorted(
                atom.constant for atom in self.atoms if isinstance(atom, Compare) and atom.term == Tracked(tracker.name)
            )
            match self._held(state, tracker.name):
                case Counted(possible):
                    top = int(constants[-1]) + 1
                    yield frozenset((is_open, min(count, top)) for is_open, count in possible)
                case Extreme(None, _):
                    yield None
                case Extreme(low, high):
                    yield tuple(tuple((end > cut) - (end < cut) for cut in constants) for end in (low, high))
                case Since(definite, possible):
                    end = int(constants[-1]) // self.every + 1
                    yield tuple(
                        None if one is None else min(-((one - (state.time or 0)) // self.every), end)
                        for one in (definite, possible)
                    )
                case Lasting():
                    raise NotImplementedError


def _input(atom: Guard) -> str:
    return getattr(atom, "input", "") or getattr(getattr(atom, "term", None), "input", "")


def _apart(values: Any, cuts: list[Fraction]) -> list[Fraction]:
    found: dict[Hashable, Fraction] = {}
    for value in values:
        found.setdefault(tuple((value > cut) - (value < cut) for cut in cuts), value)
    return list(found.values())


def _limits(value: Fraction, cuts: list[Fraction]) -> list[Fraction | None]:
    if not cuts:
        return [None]
    if value == 0:
        return [None, Fraction(1)]
    points = [Fraction(0), *cuts, cuts[-1] + 1]
    ratios = sorted({*cuts, *((a + b) / 2 for a, b in pairwise(points))})
    return [None, *(value / ratio for ratio in ratios)]
