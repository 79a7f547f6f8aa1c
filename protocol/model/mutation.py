"""What became of the mutants of a protocol, and which courses tell a build of it from all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from attrs import Factory, frozen

from protocol.model.course import Course

Ending = Literal["killed", "survives", "equivalent", "unfinished"]


@frozen
class Shown:
    """What a build of a protocol has to show at a visit, in the words of the protocol.

    ``recommended`` is the dose that the action leads to: a level, ``none``, or ``off ladder``; ``-`` where nothing is decided
    and the dose in force stands. ``permitted`` are the actions that are permitted beside it. ``silent``: the protocol says
    nothing of the visit; ``conflict``: it contradicts itself there.
    """

    action: str
    recommended: str
    status: str
    state: str
    permitted: tuple[str, ...] = ()
    supplement: str = ""
    silent: bool = False
    conflict: bool = False


@frozen
class Fate:
    """What became of one mutant; ``name``, ``kind``, ``place``, ``says`` and ``sentence`` are those of the mutant.

    ``killed``: a property or a course tells it from the protocol. ``survives``: nothing does, although a course can. The shortest
    is ``course``, and ``apart`` what the protocol and the mutant show where they first differ on it. ``equivalent``: no course
    can, which is proved. ``unfinished``: that was not found out; ``why``.
    ``by_property`` and ``by_course`` name the first property and the first hand-written course that tell; empty: none does.
    """

    name: str
    kind: str
    place: str
    says: str
    sentence: str
    ending: Ending
    by_property: str = ""
    by_course: str = ""
    course: Course | None = None
    apart: tuple[Shown, Shown] | None = None
    why: str = ""


@frozen
class Scores:
    """What became of the mutants of one protocol. ``properties`` and ``courses`` are how many of each were tried.

    ``of``: how many mutants there are; more than the fates where somebody stopped it.
    """

    protocol: str
    version: str
    fingerprint: str
    fates: tuple[Fate, ...]
    properties: int = 0
    courses: int = 0
    of: int = Factory(lambda self: len(self.fates), takes_self=True)

    @property
    def was_stopped(self) -> bool:
        """Whether some mutants were not judged, because somebody stopped it."""
        return len(self.fates) < self.of

    def count(self, wanted: Callable[[Fate], object]) -> int:
        """How many fates are so."""
        return sum(bool(wanted(one)) for one in self.fates)

    @property
    def different(self) -> int:
        """How many mutants are not equivalent to the protocol, or are not known to be."""
        return self.count(lambda one: one.ending != "equivalent")

    @property
    def by_properties(self) -> int:
        """How many of them a property tells."""
        return self.count(lambda one: one.by_property)

    @property
    def by_courses(self) -> int:
        """How many of them a hand-written course tells."""
        return self.count(lambda one: one.by_course)

    @property
    def killed(self) -> int:
        """How many of them one or the other tells."""
        return self.count(lambda one: one.ending == "killed")

    @property
    def survivors(self) -> tuple[Fate, ...]:
        """Those that nothing tells, or of which that is not known."""
        return tuple(one for one in self.fates if one.ending in ("survives", "unfinished"))


@frozen
class Trial:
    """One course of a suite: what is shown at each of its visits, and the mutants that it alone or first tells.

    ``permitting`` are the rules that permit something at each visit; builds that do not have the same rules have none of them.
    """

    course: Course
    shown: tuple[Shown, ...]
    permitting: tuple[tuple[str, ...], ...]
    tells: tuple[str, ...]


@frozen
class Suite:
    """Courses that together tell every mutant that is not equivalent from the protocol.

    ``told`` is how many mutants they tell; ``missed`` says which could not be told, and why.
    """

    protocol: str
    version: str
    fingerprint: str
    trials: tuple[Trial, ...]
    told: int
    missed: tuple[str, ...] = ()

    @property
    def visits(self) -> int:
        """The visits of all courses."""
        return sum(len(trial.course.visits) for trial in self.trials)
