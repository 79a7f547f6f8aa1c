"""In what do two protocols differ? In nothing, proved on a grid; or in kinds, each with the shortest patient who shows it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from time import monotonic
from typing import Literal

from attrs import define, evolve, field, frozen

from protocol.model.course import Course
from protocol.model.decision import Step
from protocol.model.difference import Difference, Different, Look, Meaning, Treated, Unconfirmed
from protocol.model.protocol import Protocol
from protocol.model.quantity import how_many
from protocol.model.verification import INTERRUPTED, Grid
from protocol.verification.difference.comparing import Apart, Compared, Comparing
from protocol.verification.difference.declared import declared, made_comparable
from protocol.verification.difference.meanings import look_at, meaning_of
from protocol.verification.difference.seen import Shown
from protocol.verification.difference.telling_apart import confirmed, looks, of_both
from protocol.verification.difference.unruled import unruled
from protocol.verification.search.bounds import Bounds, Ended, never
from protocol.verification.search.freed import NOTHING, Free
from protocol.verification.search.grids import visit_grid
from protocol.verification.search.left_out import left_out
from protocol.verification.search.levels import MOST_KEPT, freely, said_of
from protocol.verification.search.size import most_megabytes

MOST_PAIRS = 200_000
MOST_SECONDS = 450.0
MOST_TRIED = 24
"""So many courses of one kind are tried before it is called not confirmed."""
LOOKED_ON = 6
"""Visits for which it is looked on whether the other protocol does the same later."""

_ORDINARY = "visits at which an input is not measured of which the last reading is kept: of them there are too many"

Progress = Callable[[str], None]


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
    bounds = Bounds(states, seconds, most_megabytes() if memory is None else memory)
    found = _Found((old, new), bounds, say, whole, first)
    for free in freely(one, other, MOST_KEPT) or (NOTHING,):
        found.search(Comparing(one, other, (grid,), free), free)
        if found.ended or (found.kinds and first) or not found.unconfirmed:
            break
    return Difference(
        _named(old), _named(new), Grid(grid), found.pairs, monotonic() - began, tuple(found.kinds),
        tuple(found.unconfirmed.values()), tuple(declared(old, new)), (*limits, *found.limits), found.ended,
        (*found.notes, *left_out(old, new), *_not_compared(old, new)),
    )  # fmt: skip


def _not_compared(old: Protocol, new: Protocol) -> Iterator[str]:
    """What is not compared where something is permitted: what depends on what is missing."""
    if any(rule.mode == "may" for protocol in (old, new) for rule in protocol.rules):
        yield "what is permitted only for some of the values that something missing can have is not compared"


@define
class _Found:
    """What was found so far: by the first search everything, by those after it what it did not confirm."""

    both: tuple[Protocol, Protocol]
    bounds: Bounds
    say: Progress
    whole: bool
    first: bool
    kinds: list[Different] = field(factory=list)
    unconfirmed: dict[Hashable, Unconfirmed] = field(factory=dict)
    limits: list[str] = field(factory=list)
    notes: list[str] = field(factory=list)
    pairs: int = 0
    ended: str = ""

    def search(self, comparing: Comparing, free: Free) -> None:
        """Follows both, with what is free, and puts what differs into courses; of what was open before, where there was any."""
        self.say(f"{self._names()}: searching")
        compared = comparing.compare(
            self.bounds.for_pairs(),
            stop=_Enough(comparing, self.both, self.bounds.whole()) if self.first else None,
            tell=lambda found: self.say(f"{self._names()}: {how_many(found, 'pair of states')}"),
        )
        again = bool(self.pairs)
        parts = _parts(comparing, compared, self.whole)
        left, interrupted = self._put(comparing, {key: parts[key] for key in parts if not again or key in self.unconfirmed})
        if again:
            why = f", which are not all: {compared.ended}" if compared.ended else ""
            pairs = how_many(compared.states, "pair of states")
            self.notes.append(f"where that was not confirmed, {said_of(free)}: {pairs}{why}")
            self.ended = INTERRUPTED if interrupted or compared.ended == INTERRUPTED else ""
            if not (compared.ended or interrupted):  # what a search that saw everything does not find is not there
                self.unconfirmed = {key: one for key, one in self.unconfirmed.items() if key in left}
            return
        self.pairs, self.unconfirmed = compared.states, left
        self.limits += [_ORDINARY] if comparing.only_ordinary else []
        whole = "" if compared.ended or comparing.only_ordinary else ", so that no difference is missed"
        self.notes += [f"{said_of(free)}{whole}; each course was replayed"] if free else []
        self.ended = _ended(interrupted, compared, self.bounds.whole()(0) if left else "")

    def _put(self, comparing: Comparing, parts: Parts) -> tuple[dict[Hashable, Unconfirmed], bool]:
        """Puts kinds of difference into courses: those of which there is none, and whether somebody interrupted that."""
        left = dict[Hashable, Unconfirmed]()
        try:
            for key, part in parts.items():
                self.say(f"{self._names()}: a patient who shows that the new one {part.meaning}")
                shown = _shown(comparing, part, self.both, self.bounds.whole())
                if shown is None:
                    left[key] = _unconfirmed(part)
                else:
                    self.kinds.append(evolve(shown, others=len(part.kinds) - 1))
                    self.unconfirmed.pop(key, None)
        except KeyboardInterrupt:
            return left, True
        return left, False

    def _names(self) -> str:
        return f"{self.both[0].name} and {self.both[1].name}"


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
        parts = _parts(self.comparing, evolve(compared, apart=new), False).values()
        return any(_shown(self.comparing, part, self.both, self.ended) is not None for part in parts)


def _named(protocol: Protocol) -> str:
    return f"{protocol.name} {protocol.version}"


@frozen
class _Part:
    """The kinds of difference that one course is to show, each with what is seen of it and the courses of the search."""

    meaning: Meaning
    kinds: tuple[tuple[Look, Look, tuple[Apart, ...]], ...]


Parts = dict[Hashable, _Part]


def _parts(comparing: Comparing, compared: Compared, whole: bool) -> Parts:
    """The kinds of the search by what they mean between which doses, in the order of the shortest course; ``whole``: each."""
    found = dict[tuple[Meaning, str, str, Shown | None], list[tuple[Look, Look, tuple[Apart, ...]]]]()
    for kind, courses in compared.apart.items():
        old, new = looks(comparing.old.abstraction, comparing.new.abstraction, courses[0])
        # What has no name of its own is a difference all the same, which no course confirms.
        meaning = meaning_of(old, new) or "permits something else"
        found.setdefault((meaning, old.dose, new.dose, kind if whole else None), []).append((old, new, courses))
    return {key: _Part(key[0], tuple(kinds)) for key, kinds in found.items()}


def _unconfirmed(part: _Part) -> Unconfirmed:
    old, new, courses = part.kinds[0]
    return Unconfirmed(part.meaning, old, new, len(courses[0].old))


def _shown(comparing: Comparing, part: _Part, both: tuple[Protocol, Protocol], ended: Ended) -> Different | None:
    """The shortest course of some kinds that shows it. The first is tried also where the time has ``ended``."""
    paths = sorted((apart for _, _, courses in part.kinds for apart in courses), key=lambda one: (len(one.old), one.old[-1].cost))
    for number, apart in enumerate(paths[:MOST_TRIED]):
        if number and ended(0):
            return None
        shown = confirmed(comparing.old.abstraction, comparing.new.abstraction, apart, both, ended)
        if shown is not None:
            shortest = len(apart.old) == len(paths[0].old)
            found = Different(
                part.meaning, shown.course, shown.old, shown.new, is_shortest=shortest,
                old_unruled=unruled(both[0], shown.old), new_unruled=unruled(both[1], shown.new),
            )  # fmt: skip
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
