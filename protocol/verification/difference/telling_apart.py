"""Which course of one patient shows that two protocols decide differently? One that is replayed in both of them.

What only one of them asks is left out for the other. A computed number in a cell cannot be written down: what it is computed
from is varied until it comes out so.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from fractions import Fraction
from math import floor

from attrs import evolve, frozen

from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.difference import Look, Meaning
from protocol.model.formula import Baseline, Current, Earlier, parts
from protocol.model.input import Choice, Input, Number, YesNo
from protocol.model.protocol import Protocol
from protocol.verification.difference.comparing import Apart
from protocol.verification.difference.meanings import look_at, look_of, meaning_of
from protocol.verification.patients.courses import in_readings, replayed
from protocol.verification.patients.giving import given_as
from protocol.verification.patients.readable import Piece, piece_at, value_in
from protocol.verification.search.abstraction import Abstraction
from protocol.verification.search.bounds import Ended, never
from protocol.verification.search.explored import Came
from protocol.verification.search.kept import Place, first

MOST_VARIED = 48
"""So many courses are tried of one path whose computed numbers do not come out."""


@frozen
class Both:
    """A course with what two protocols decide at its visits."""

    course: Course
    old: tuple[Step, ...]
    new: tuple[Step, ...]


def looks(old: Abstraction, new: Abstraction, apart: Apart) -> tuple[Look, Look]:
    """What is seen of both at the last visit of a path."""
    return _last_look(old, apart.old), _last_look(new, apart.new)


def _last_look(abstraction: Abstraction, path: tuple[Came, ...]) -> Look:
    place: Place = path[-2].way.place if len(path) > 1 else first(abstraction).place
    return look_of(abstraction.protocol, place, path[-1].outcome)


def confirmed(
    old: Abstraction, new: Abstraction, apart: Apart, names: tuple[Protocol, Protocol], ended: Ended = never
) -> Both | None:
    """A course on which the reference decides differently as the path says, and no earlier; None where none was found.

    ``names`` are both protocols as they were given. One course is tried also where the time has ``ended``.
    """
    one, other = looks(old, new, apart)
    for number, course in enumerate(_courses(old, new, apart)):
        if number and ended(0):
            return None
        both = of_both(*names, course, _givens(names[1], apart.new))
        if both is not None and _shows(names, both, one, other, meaning_of(one, other)):
            return both
    return None


def of_both(old: Protocol, new: Protocol, course: Course, givens: tuple[Given | None, ...] = ()) -> Both | None:
    """What both decide on a course; ``givens`` is what was given in the words of the new one. None where one refuses it."""
    one, other = replayed(old, _asked(old, course)), replayed(new, _asked(new, _with(course, givens)))
    return Both(course, one, other) if one and len(one) == len(other) == len(course.visits) else None


def _with(course: Course, givens: tuple[Given | None, ...]) -> Course:
    if not any(givens):
        return course
    return evolve(course, visits=tuple(evolve(visit, given=one) for visit, one in zip(course.visits, givens, strict=True)))


def _givens(protocol: Protocol, path: tuple[Came, ...]) -> tuple[Given | None, ...]:
    return tuple(None if came.way.recommended else given_as(protocol, came.way.effect) for came in path)


def _asked(protocol: Protocol, course: Course) -> Course:
    """The course without what the protocol does not ask."""
    return _only({item.name for item in protocol.inputs}, course)


def _only(names: Container[str], course: Course) -> Course:
    """The course without the observations of other inputs."""
    return evolve(course, visits=tuple(evolve(visit, observations=_of(names, visit)) for visit in course.visits))


def _of(names: Container[str], visit: Visit) -> tuple[Observation, ...]:
    return tuple(one for one in visit.observations if one.input in names)


def _shows(names: tuple[Protocol, Protocol], both: Both, old: Look, new: Look, meaning: Meaning | None) -> bool:
    pairs = [(look_at(names[0], one), look_at(names[1], other)) for one, other in zip(both.old, both.new, strict=True)]
    *before, (last, its) = pairs
    if any(step.refused for step in (*both.old, *both.new)) or any(_ordered(one) != _ordered(other) for one, other in before):
        return False
    doses = (last.dose, its.dose) == (old.dose, new.dose)
    return doses and meaning_of(last, its) == meaning


def _ordered(look: Look) -> Look:
    return evolve(look, permitted=frozenset())


# Courses


def _courses(old: Abstraction, new: Abstraction, apart: Apart) -> Iterator[Course]:
    fed = _fed(old.protocol) | _fed(new.protocol)
    inputs = {item.name: item for item in (*new.protocol.inputs, *old.protocol.inputs)}
    plain = list[tuple[Course, Abstraction, tuple[Came, ...]]]()
    for abstraction, path in ((old, apart.old), (new, apart.new)):
        for course in in_readings(abstraction, path):
            plain.append((_only(inputs, course), abstraction, path))
            yield plain[-1][0]
    if not fed:
        return
    items = [inputs[name] for name in sorted(fed)]
    for course, abstraction, path in plain:
        cells = _cells(abstraction, path)
        yield from (_varied(course, items, cells, number) for number in range(MOST_VARIED))


def _fed(protocol: Protocol) -> set[str]:
    """The inputs from which numbers are computed."""
    names = {item.name for item in protocol.inputs}
    asked = {
        part.input
        for number in protocol.numbers
        for part in parts(number.value)
        if isinstance(part, Current | Earlier | Baseline)
    }
    return asked & names


Cells = dict[tuple[int, str], Piece]


def _cells(abstraction: Abstraction, path: Iterable[Came]) -> Cells:
    """The values that the letters of a path allow, by the number of the visit and the input."""
    found: Cells = {}
    for number, came in enumerate(path):
        for place, letter in came.letters:
            axis = abstraction.axes[place]
            shown = axis.letters[letter]
            if shown.kind == "measured" and isinstance(axis.item.kind, Number) and axis.cells[shown.cell].upper is None:
                found[number, axis.name] = piece_at(axis, shown.cell)
    return found


def _varied(course: Course, fed: list[Input], cells: Cells, number: int) -> Course:
    visits = (_other_values(visit, place, fed, cells, number) for place, visit in enumerate(course.visits))
    return evolve(course, visits=tuple(visits))


def _other_values(visit: Visit, place: int, fed: list[Input], cells: Cells, number: int) -> Visit:
    """The visit with other values of what numbers are computed from, that lie in the same cells."""
    said = {one.input: one for one in visit.observations}
    for position, item in enumerate(fed):
        share = (number + 1) * (place + 1) * (position + 3) * _GOLDEN % 1
        value = _value(item, cells.get((place, item.name)), share)
        seen = said.get(item.name)
        if value is not None and seen is not None and seen.value is not None:
            said[item.name] = evolve(seen, value=value)
        elif value is not None and seen is None and number % 2 == 0:
            said[item.name] = Observation(item.name, value)
    return evolve(visit, observations=tuple(said.values()))


_GOLDEN = Fraction(618034, 1000000)
"""Its multiples fall evenly between 0 and 1."""


def _value(item: Input, piece: Piece | None, share: Fraction) -> Fraction | str | None:
    match item.kind:
        case Number(_, low, high):
            whole = piece or Piece(low, high, False, False)
            if whole.is_point:
                return whole.low
            top = whole.high if whole.high is not None else high
            middle = whole.low + (top - whole.low) * share
            return value_in(evolve(whole, low=min(middle, top), high=top, low_cut=True, high_cut=True))
        case Choice(options):
            return options[floor(share * len(options))]
        case YesNo():
            return "yes" if share > Fraction(1, 2) else "no"
    return None
