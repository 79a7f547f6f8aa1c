"""In what do two protocols differ? In nothing, proved on a grid; or in kinds, each with the shortest patient who shows it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from time import monotonic
from typing import Literal

from attrs import define, evolve, field

from protocol.model.course import Course
from protocol.model.decision import Step
from protocol.model.difference import Difference, Different, Look, Meaning, Treated, Unconfirmed
from protocol.model.protocol import Protocol
from protocol.model.verification import INTERRUPTED, Grid
from protocol.verification.difference.comparing import Apart, Compared, Comparing
from protocol.verification.difference.declared import declared, made_comparable
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.difference.telling_apart import confirmed, looks, of_both
from protocol.verification.search.bounds import Bounds, Ended, never
from protocol.verification.search.grids import visit_grid
from protocol.verification.search.size import most_megabytes

MOST_PAIRS = 200_000
MOST_SECONDS = 450.0
MOST_TRIED = 24
"""So many courses of one kind are tried before it is called not confirmed."""
LOOKED_ON = 6
"""Visits for which it is looked on whether the other protocol does the same later."""

_ORDINARY = "visits at which an input is not measured of which the last reading is kept: of them there are too many"

Progress = Callable[[str], None]
Kind = tuple[Meaning, str, str]
Grouped = dict[Kind, list[tuple[Look, Look, list[Apart]]]]


def diff(
    old: Protocol,
    new: Protocol,
    *,
    every: int | None = None,
    states: int = MOST_PAIRS,
    seconds: float = MOST_SECONDS,
    memory: int | None = None,
    whole: bool = False,
    first: bool = False,
    progress: Progress | None = None,
) -> Difference:
    """What the new protocol does otherwise than the old one; both are followed over the same courses until they differ.

    ``every`` is minutes between two visits; None: as often as either of them schedules. After ``states`` pairs of states, so
    many ``seconds`` or with so many MB of ``memory`` in use (None: most_megabytes()) it ends; the search has two thirds of the
    time, and courses are made in what is left. ``whole``: a course for each kind, not only for each meaning between the same
    doses. ``first``: the shortest course will do. ``progress`` is told what is being done. Raises NotationError where both
    declare an input of one name so that no value is one of both.
    """
    say, began = progress or (lambda text: None), monotonic()
    grid = min(visit_grid(old), visit_grid(new)) if every is None else every
    one, other, limits = made_comparable(old, new)
    bounds, comparing = Bounds(states, seconds, most_megabytes() if memory is None else memory), Comparing(one, other, (grid,))
    limits = (*limits, *([_ORDINARY] if comparing.only_ordinary else []))
    say(f"{old.name} and {new.name}: searching")
    compared = comparing.compare(
        bounds.for_pairs(),
        stop=_Enough(comparing, (old, new), bounds.whole()) if first else None,
        tell=lambda found: say(f"{old.name} and {new.name}: {found:,} pairs of states"),
    )
    kinds, unconfirmed, interrupted = _of_kinds(comparing, compared, (old, new), whole, say, bounds.whole())
    return Difference(
        _named(old), _named(new), Grid(grid), compared.states, monotonic() - began, tuple(kinds), tuple(unconfirmed),
        tuple(declared(old, new)), limits, _ended(interrupted, compared, bounds.whole()(0) if unconfirmed else ""),
    )  # fmt: skip


def _ended(interrupted: bool, compared: Compared, over: str) -> str:
    return INTERRUPTED if interrupted else compared.ended or over


@define
class _Enough:
    """Says that enough was found when one of the kinds that are new has a course that shows it."""

    comparing: Comparing
    both: tuple[Protocol, Protocol]
    ended: Ended = never
    tried: set[Hashable] = field(factory=set)

    def __call__(self, compared: Compared) -> bool:
        new = {kind: courses for kind, courses in compared.apart.items() if kind not in self.tried}
        self.tried |= set(new)
        groups = _grouped(self.comparing, evolve(compared, apart=new)).items()
        return any(_shown(self.comparing, group, self.both, kind[0], self.ended) is not None for kind, group in groups)


def _named(protocol: Protocol) -> str:
    return f"{protocol.name} {protocol.version}"


def _of_kinds(
    comparing: Comparing, compared: Compared, both: tuple[Protocol, Protocol], whole: bool, say: Progress, ended: Ended
) -> tuple[list[Different], list[Unconfirmed], bool]:
    kinds, unconfirmed = list[Different](), list[Unconfirmed]()
    try:
        for kind, group in _grouped(comparing, compared).items():
            say(f"{both[0].name} and {both[1].name}: a patient who shows that the new one {kind[0]}")
            for part in [[one] for one in group] if whole else [group]:
                found = _shown(comparing, part, both, kind[0], ended)
                if found is None:
                    unconfirmed.append(_unconfirmed(part, kind[0]))
                else:
                    kinds.append(evolve(found, others=len(part) - 1))
    except KeyboardInterrupt:
        return kinds, unconfirmed, True
    return kinds, unconfirmed, False


def _unconfirmed(part: list[tuple[Look, Look, list[Apart]]], meaning: Meaning) -> Unconfirmed:
    old, new, courses = part[0]
    return Unconfirmed(meaning, old, new, len(courses[0].old))


def _grouped(comparing: Comparing, compared: Compared) -> Grouped:
    """The kinds of the search by what they mean between which doses, in the order of the shortest course."""
    found: Grouped = {}
    for courses in compared.apart.values():
        old, new = looks(comparing.old.abstraction, comparing.new.abstraction, courses[0])
        meaning = meaning_of(old, new)
        if meaning is not None:
            found.setdefault((meaning, old.dose, new.dose), []).append((old, new, list(courses)))
    return found


def _shown(
    comparing: Comparing, part: Iterable[tuple[Look, Look, list[Apart]]], both: tuple[Protocol, Protocol], meaning: Meaning,
    ended: Ended,
) -> Different | None:  # fmt: skip
    """The shortest course of some kinds that shows it. The first is tried also where the time has ``ended``."""
    paths = sorted((apart for _, _, courses in part for apart in courses), key=lambda one: (len(one.old), one.old[-1].cost))
    for number, apart in enumerate(paths[:MOST_TRIED]):
        if number and ended(0):
            return None
        shown = confirmed(comparing.old.abstraction, comparing.new.abstraction, apart, both, ended)
        if shown is not None:
            found = Different(meaning, shown.course, shown.old, shown.new)
            return _looked_on(found, both, comparing.gaps[0])
    return None


# Earlier and later


def _looked_on(found: Different, both: tuple[Protocol, Protocol], every: int) -> Different:
    """Whether the other one does the same later, where nothing is found but what was found at the last visit."""
    course = found.course
    last = course.visits[-1]
    later = (evolve(last, time=last.time + every * number, given=None) for number in range(1, LOOKED_ON + 1))
    seen = of_both(*both, Course(course.name, (*course.visits, *later)))
    if seen is None:
        return found
    begin = len(course.visits) - 1
    one, other = look_at(both[0], seen.old[begin]), look_at(both[1], seen.new[begin])
    if _acts(other) and (late := _first_as(both[0], seen.old[begin + 1 :], other)) is not None:
        return evolve(found, later=late.visit.time - last.time, by="old")
    if _acts(one) and (late := _first_as(both[1], seen.new[begin + 1 :], one)) is not None:
        return evolve(found, later=late.visit.time - last.time, by="new")
    return found


def _first_as(protocol: Protocol, steps: Iterable[Step], wanted: Look) -> Step | None:
    """The first step that does what is wanted, in the words of what is given."""
    looks = ((step, look_at(protocol, step)) for step in steps)
    return next((step for step, look in looks if _acts(look) and _done(look) == _done(wanted)), None)


def _done(look: Look) -> tuple[str, str, str]:
    return look.now, look.dose, look.status


def _acts(look: Look) -> bool:
    """Whether something changes with a decision."""
    return look.status == "decided" and (look.was, look.on) != (look.now, look.dose)


# The patients of a data set


def treated(old: Protocol, new: Protocol, course: Course) -> Treated | Literal["refused"] | None:
    """The first visit of a course at which both decide differently; None where they decide the same at each.

    ``refused``: one of the two does not take the course.
    """
    both = of_both(old, new, course)
    if both is None:
        return "refused" if course.visits else None
    for one, other in zip(both.old, both.new, strict=True):
        meaning = meaning_of(look_at(old, one), look_at(new, other))
        if meaning is not None:
            return Treated(course.name, meaning, one, other)
    return None
