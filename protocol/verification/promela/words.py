"""How is a guard said in Promela: as a question to the worlds of its inputs, to clocks, and to what trackers hold?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise, product, zip_longest

from attrs import frozen

from protocol.model.guard import Always, And, Clock, ClockName, Compare, Guard, Is, Known, Not, Or, Tracked
from protocol.semantics.clocks import compare
from protocol.verification.promela.asked import Asked
from protocol.verification.promela.letters import Column, Fresh, Group, is_of_inputs, names_in, split
from protocol.verification.promela.readings import true_of

Literal = tuple[Guard, bool]


def age(name: ClockName) -> str:
    """The variable that holds the age of a clock."""
    return "age_" + name.replace(" ", "_")


def either(parts: Iterable[str]) -> str:
    """``or`` in Promela."""
    found = [part for part in dict.fromkeys(parts) if part != "0"]
    if "1" in found:
        return "1"
    return f"({' || '.join(found)})" if len(found) > 1 else (found or ["0"])[0]


def both(parts: Iterable[str]) -> str:
    """``and`` in Promela."""
    found = [part for part in dict.fromkeys(parts) if part != "1"]
    if "0" in found:
        return "0"
    return f"({' && '.join(found)})" if len(found) > 1 else (found or ["1"])[0]


def opposite(part: str) -> str:
    """``not`` in Promela."""
    return {"0": "1", "1": "0"}.get(part, f"!({part})")


def one_of(variable: str, truths: list[bool]) -> str:
    """That a variable has one of the values that are marked as true."""
    if all(truths):
        return "1"
    runs: list[str] = []
    start = None
    for place, truth in enumerate([*truths, False]):
        if truth and start is None:
            start = place
        elif not truth and start is not None:
            runs.append(_run(variable, start, place - 1, len(truths) - 1))
            start = None
    return either(runs)


def _run(variable: str, first: int, last: int, most: int) -> str:
    if first == last:
        return f"{variable} == {first}"
    lower, upper = f"{variable} >= {first}" if first else "1", f"{variable} <= {last}" if last < most else "1"
    return both((lower, upper))


def pieces_of(asked: Asked, name: str) -> tuple[Fraction, ...]:
    """One value of each piece into which the constants cut what a tracker holds; the counts of one that counts."""
    constants = asked.constants.get(Tracked(name), ())
    tracker = asked.tracker(name)
    match tracker.kind:
        case "episodes" | "consecutive":
            return tuple(Fraction(count) for count in range(int(max(constants)) + 2))
        case "since":
            ends = int(max(constants)) // asked.every + 1
            return (*(Fraction(age * asked.every) for age in range(ends)), max(constants) + 1)
        case _:
            # Below the first constant, at it, between it and the next, and so on: also where no value can lie.
            bounds = (min(constants) - 2, *constants, max(constants) + 2)
            between = [(one + other) / 2 for one, other in pairwise(bounds)]
            return tuple(value for pair in zip_longest(between, constants) for value in pair if value is not None)


@frozen(eq=False)
class Words:
    """How guards are said at the visits of one control state: ``groups`` are its inputs, in the order of their variables."""

    asked: Asked
    groups: tuple[Group, ...]

    def __attrs_post_init__(self) -> None:
        assert len(self.groups) < 100

    @property
    def parts(self) -> tuple[frozenset[str], ...]:
        """The inputs of each group."""
        return tuple(frozenset(group.inputs) for group in self.groups)

    def place(self, column: Column) -> int:
        """The place of the group that knows."""
        return next(place for place, part in enumerate(self.parts) if names_in(column) <= part)

    def mask(self, column: Column) -> tuple[int, int]:
        """The place of the group that knows, and its worlds in which this is so."""
        place = self.place(column)
        return place, self.groups[place].mask(column)

    def world(self, column: Column) -> str:
        """That this is so in the world that is looked at."""
        place, mask = self.mask(column)
        return "0" if not mask else f"(w{place} & {mask}) != 0"

    def said(self, guard: Guard) -> str:
        """A guard in the world that is looked at."""
        return self._said(split(guard, self.parts))

    def _said(self, guard: Guard) -> str:
        match guard:
            case Always():
                return "1"
            case Compare(Clock(name)):
                return self.clock(guard, name)
            case Compare(Tracked(name)):
                return self._tracked(guard, name)
            case _ if is_of_inputs(guard) and any(names_in(guard) <= part for part in self.parts) and names_in(guard):
                return self.world(guard)
            case Not(part):
                return opposite(self._said(part))
            case And(parts):
                return both(self._said(part) for part in parts)
            case Or(parts):
                return either(self._said(part) for part in parts)
            case _:
                raise TypeError(f"{guard!r} cannot be said in Promela")

    def certain(self, guard: Guard) -> str:
        """That a guard is true in all worlds of the letter, as far as its parts tell."""
        return self._certain(split(guard, self.parts), True)

    def _certain(self, guard: Guard, truth: bool) -> str:
        match guard:
            case Always():
                return "1" if truth else "0"
            case Compare(Clock(name)):
                return self.clock(guard, name) if truth else opposite(self.clock(guard, name))
            case Compare(Tracked()):
                return "0"
            case _ if is_of_inputs(guard) and any(names_in(guard) <= part for part in self.parts):
                place, mask = self.mask(guard)
                mask = mask ^ ((1 << len(self.groups[place].worlds)) - 1) if truth else mask
                return f"(m{place} & {mask}) == 0"
            case Not(part):
                return self._certain(part, not truth)
            case And(parts) | Or(parts):
                join = both if isinstance(guard, And) is truth else either
                return join(self._certain(part, truth) for part in parts)
            case _:
                raise TypeError(f"{guard!r} cannot be said in Promela")

    def clock(self, atom: Compare, name: ClockName) -> str:
        """A comparison of a clock; one that never began is infinitely old."""
        end, every = self.asked.clocks[name], self.asked.every
        truths = [compare(atom, count * every) for count in range(end + 1)]
        return one_of(age(name), [*truths, compare(atom, None)])

    def _tracked(self, atom: Compare, name: str) -> str:
        place = [tracker.name for tracker in self.asked.trackers].index(name)
        mask = sum(1 << n for n, value in enumerate(pieces_of(self.asked, name)) if true_of(atom, value))
        return f"(t{place} & {mask}) != 0"

    def fresh(self, guard: Guard) -> str:
        """That some way in which the guard is true is newer than the last step, where it is true."""
        terms = list(_ways(guard, True))
        found = []
        for literals in terms:
            newer = self._newer(literals)
            true = "1" if len(terms) == 1 else both(self._literal(literal) for literal in literals)
            found.append(both((true, newer)))
        return either(found)

    def _literal(self, literal: Literal) -> str:
        said = self.said(literal[0])
        return said if literal[1] else opposite(said)

    def _newer(self, literals: tuple[Literal, ...]) -> str:
        found = []
        asks = any(not (isinstance(atom, Compare) and isinstance(atom.term, Clock)) for atom, _ in literals if _has_date(atom))
        for atom, truth in literals:
            match atom:
                case Compare(Clock(name)) if truth and atom in self.asked.due:
                    waits = name in ("dose change", "dose raised", "dose lowered")
                    found.append("0" if waits and asks else f"due_{self.asked.due.index(atom)}")
                case Compare(Tracked(name)):
                    found.append(self._moved(atom, name))
                case Is() | Compare() if is_of_inputs(atom):
                    found.append(self.world(Fresh(atom, truth)))
                case _:
                    pass
        return either(found)

    def _moved(self, atom: Compare, name: str) -> str:
        """That the tracker moved since the last step, or that what it holds leaves the comparison open."""
        place = [tracker.name for tracker in self.asked.trackers].index(name)
        mask = sum(1 << n for n, value in enumerate(pieces_of(self.asked, name)) if true_of(atom, value))
        return f"(moved_{place} || ((n{place} & {mask}) != 0 && (n{place} & ~{mask}) != 0))"


def _has_date(atom: Guard) -> bool:
    return isinstance(atom, Compare | Is)


def _ways(guard: Guard, truth: bool) -> Iterator[tuple[Literal, ...]]:
    """Every way in which a guard is true (or false), as comparisons with the truth that each has then."""
    match guard:
        case Not(part):
            yield from _ways(part, not truth)
        case And(parts) | Or(parts) if isinstance(guard, And) is truth:
            for choice in product(*(list(_ways(part, truth)) for part in parts)):
                yield tuple(literal for literals in choice for literal in literals)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _ways(part, truth)
        case Always() | Known():
            yield ((guard, truth),)
        case _:
            yield ((guard, truth),)


def fresh_of(guard: Guard) -> Iterator[Fresh]:
    """What has to be known of the readings that a guard asks, to tell whether it is newer than the last step."""
    for literals in _ways(guard, True):
        for atom, truth in literals:
            if isinstance(atom, Compare | Is) and is_of_inputs(atom):
                yield Fresh(atom, truth)
