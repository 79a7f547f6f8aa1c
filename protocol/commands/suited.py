"""From a protocol to its conformance suite: the shortest course of each mutant, and which of these courses tell which mutants."""

from __future__ import annotations

from attrs import frozen

from protocol.commands.fates import Judge
from protocol.commands.mutated import Asked
from protocol.commands.side_by_side import side_by_side
from protocol.model.course import Course
from protocol.model.mutation import Shown, Suite
from protocol.verification.mutation.differing import Differing
from protocol.verification.mutation.mutant import Mutant
from protocol.verification.mutation.shown import difference_from, shown, with_moments
from protocol.verification.mutation.suite import candidates, suite


def suited(asked: Asked, jobs: int | None) -> Suite:
    """The suite of a protocol; raises Interrupted where somebody ends it, because a part of a suite tells nothing."""
    found = asked.mutants()
    searched = side_by_side(asked.judge(), _searched, found, jobs, "changes")
    courses = candidates(with_moments(asked.protocol, course) for one in searched for course in one.courses)
    different = [mutant for mutant, one in zip(found, searched, strict=True) if one.courses]
    expected = Expected(courses, tuple(shown(asked.protocol, course) for course in courses))
    told = side_by_side(expected, _told, different, jobs, "changes told apart")
    by_course = {
        course: frozenset(mutant.name for mutant, tells in zip(different, told, strict=True) if place in tells)
        for place, course in enumerate(courses)
    }
    missed = [f"{mutant.says}: {one.why}" for mutant, one in zip(found, searched, strict=True) if one.why]
    says = {mutant.name: mutant.says for mutant in different}
    return suite(asked.protocol, by_course, missed, says.__getitem__)


def _searched(judge: Judge, mutant: Mutant) -> Differing:
    return judge.searched(mutant)


@frozen
class Expected:
    """Courses, and what the protocol shows on each of them."""

    courses: tuple[Course, ...]
    shown: tuple[tuple[Shown, ...], ...]


def _told(expected: Expected, mutant: Mutant) -> frozenset[int]:
    """The places of the courses that tell the mutant."""
    pairs = enumerate(zip(expected.courses, expected.shown, strict=True))
    return frozenset(place for place, (course, shows) in pairs if difference_from(shows, mutant.protocol, course) is not None)
