"""Is there, near courses that are known, one on which two protocols show something different?

A search, not a proof: a visit of a known course is changed at random, in values that the two protocols tell apart, in what is
measured, and in when. It finds what an exploration leaves out because there a computed number, a score and the age of a reading
are free. The caller says by which random numbers, and for how many tries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

from attrs import evolve, frozen

from protocol.errors import ProtocolError
from protocol.model.course import Course, Observation, Visit
from protocol.model.guard import Ratio, Term, Tracked, Value
from protocol.model.input import Choice, Grade, Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.model.state import State
from protocol.model.time import DAY
from protocol.semantics.step import initial, step
from protocol.verification.mutation.nudges import Nudges, nudges
from protocol.verification.mutation.shown import difference_from, of_step, shown, up_to
from protocol.verification.mutation.written import asked_by, guards_in_force, named_in_force

MOST_STARTS = 400


@frozen
class _Start:
    """A visit of a known course, and the states of both protocols before it; so far they have shown the same."""

    before: Course
    visit: Visit
    states: tuple[State, State]


@frozen
class Search:
    """The two protocols, the inputs that matter for what differs between them, and the values that are told apart."""

    pair: tuple[Protocol, Protocol]
    matter: tuple[str, ...]
    values: dict[str, tuple[Observation, ...]]
    step: int

    def find(self, courses: Iterable[Course], random: Random, tries: int) -> Course | None:
        """The course that was found, as short as leaving out visits and values makes it; None where none was."""
        starts = tuple(self._starts(courses))
        if not starts:
            return None
        for _ in range(tries):
            start = random.choice(starts)
            visits = self._changed(start.visit, random)
            number = self._differ(start.states, visits)
            if number is not None:
                return shortened(*self.pair, evolve(start.before, visits=(*start.before.visits, *visits[: number + 1])))
        return None

    def _starts(self, courses: Iterable[Course]) -> Iterator[_Start]:
        left = MOST_STARTS
        for course in courses:
            states = (initial(self.pair[0]), initial(self.pair[1]))
            for number, visit in enumerate(course.visits):
                if not _is_plain(visit) or course.exposures or left <= 0:
                    break
                left -= 1
                yield _Start(up_to(course, number), visit, states)
                moved = self._step(states, visit)
                if moved is None:
                    break
                states = moved

    def _step(self, states: tuple[State, State], visit: Visit) -> tuple[State, State] | None:
        """The states after a visit; None where the two show something different there, or one refuses the visit."""
        try:
            one, other = (step(protocol, state, visit) for protocol, state in zip(self.pair, states, strict=True))
        except ProtocolError:
            return None
        return (one.state, other.state) if of_step(one) == of_step(other) else None

    def _differ(self, states: tuple[State, State], visits: Sequence[Visit]) -> int | None:
        for number, visit in enumerate(visits):
            moved = self._step(states, visit)
            if moved is None:
                return number
            states = moved
        return None

    def _changed(self, visit: Visit, random: Random) -> tuple[Visit, ...]:
        """The visit with up to three values changed or left out; often with another visit after it."""
        found = evolve(visit, given=None)
        for _ in range(random.randint(0, 3)):
            found = self._with_value(found, random)
        if random.random() < 0.5:
            return (found,)
        later = found.time + random.choice((DAY, self.step, self.step, 2 * self.step, random.randint(1, 20) * self.step))
        again = evolve(found, time=later, observations=tuple(one for one in found.observations if random.random() < 0.6))
        for _ in range(random.randint(0, 2)):
            again = self._with_value(again, random)
        return found, again

    def _with_value(self, visit: Visit, random: Random) -> Visit:
        names = self.matter if self.matter and random.random() < 0.8 else tuple(self.values)
        name = random.choice(names)
        rest = tuple(one for one in visit.observations if one.input != name)
        if random.random() < 0.2:
            return evolve(visit, observations=rest)
        return evolve(visit, observations=(*rest, random.choice(self.values[name])))


def search(protocol: Protocol, other: Protocol, place: str) -> Search:
    """A search between a protocol and one that differs from it at this place, which is a rule or what rules ask."""
    near = nudges(protocol, (*guards_in_force(protocol), *guards_in_force(other)))
    matter = asked_by(protocol, place) | asked_by(other, place)
    asked = named_in_force(protocol) | named_in_force(other)
    inputs = [item for item in protocol.inputs if item.name in asked]
    return Search(
        (protocol, other),
        tuple(item.name for item in inputs if item.name in matter),
        {item.name: tuple(_values(item, near)) for item in inputs},
        near.step,
    )


def _is_plain(visit: Visit) -> bool:
    return visit.latest is None and all(one.observed is one.recorded is None for one in visit.observations)


def _values(item: Input, near: Nudges) -> Iterator[Observation]:
    match item.kind:
        case Choice(options):
            yield from (Observation(item.name, option) for option in options)
        case YesNo():
            yield from (Observation(item.name, option) for option in ("yes", "no"))
        case Grade():
            yield from (Observation(item.name, Fraction(grade)) for grade in range(6))
        case Number(_, low, high):
            yield from _numbers(item, low, high, near)


def _numbers(item: Input, low: Fraction, high: Fraction, near: Nudges) -> Iterator[Observation]:
    tracked = [tracker.name for tracker in near.protocol.trackers if tracker.input == item.name]
    terms: list[Term] = [Value(item.name), *(Tracked(name) for name in tracked)]
    constants = {one for term in terms for one in near.constants.get(term, ())}
    parts = {one for number in near.protocol.numbers for one in _beside_constants(near, number.name)}
    values = sorted({*constants, *_between(sorted({low, high, *constants})), *(one for one in parts if low <= one <= high)})
    yield from (Observation(item.name, value) for value in values)
    for limit in ("ULN", "LLN"):
        ratios = near.constants.get(Ratio(item.name, limit), ())
        for ratio in (*ratios, *_between([Fraction(0), *ratios, max(ratios, default=Fraction(1)) * 2])) if ratios else ():
            bound = min(Fraction(10), high / max(ratio, Fraction(1)))
            value = min(max(ratio * bound, low), high)
            yield Observation(item.name, value, **{"upper" if limit == "ULN" else "lower": bound})  # type: ignore[arg-type]


def _beside_constants(near: Nudges, number: str) -> Iterator[Fraction]:
    """Small numbers of which sums, differences and quotients come to the constants that a computed number is compared with."""
    yield from (Fraction(1), Fraction(2), Fraction(5), Fraction(10))
    for constant in near.constants.get(Value(number), ()):
        yield from (abs(constant), abs(constant) / 10, abs(constant) * Fraction(11, 10))


def _between(ends: Sequence[Fraction]) -> Iterator[Fraction]:
    return ((one + other) / 2 for one, other in pairwise(ends))


def shortened(protocol: Protocol, other: Protocol, course: Course) -> Course:
    """The course without the visits and the values that it takes none of to show the difference."""
    found = course
    for smaller in (_without_visit, _without_value):
        place = 0
        while (less := smaller(found, place)) is not None:
            if _differ(protocol, other, less):
                found = less
            else:
                place += 1
    return found


def _differ(protocol: Protocol, other: Protocol, course: Course) -> bool:
    if not course.visits:
        return False
    try:
        return difference_from(shown(protocol, course), other, course) == len(course.visits) - 1
    except ProtocolError:
        return False


def _without_visit(course: Course, place: int) -> Course | None:
    visits = course.visits
    return None if place >= len(visits) - 1 else evolve(course, visits=(*visits[:place], *visits[place + 1 :]))


def _without_value(course: Course, place: int) -> Course | None:
    for number, visit in enumerate(course.visits):
        values = visit.observations
        if place < len(values):
            less = evolve(visit, observations=(*values[:place], *values[place + 1 :]))
            return evolve(course, visits=(*course.visits[:number], less, *course.visits[number + 1 :]))
        place -= len(values)
    return None
