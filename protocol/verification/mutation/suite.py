"""Which few courses tell every mutant from a protocol? An acceptance test for somebody else's build of it.

Each mutant that is not equivalent has a shortest course on which it differs. Of these courses as few as a greedy search finds
are kept, longest gain for each visit first; then those that the rest makes needless are left out again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import evolve

from protocol.model.course import Course
from protocol.model.decision import Step
from protocol.model.mutation import Suite, Trial
from protocol.model.protocol import Protocol, fingerprint
from protocol.semantics.trace import trace
from protocol.verification.mutation.shown import of_step, up_to

Told = Mapping[Course, frozenset[str]]


def candidates(courses: Iterable[Course]) -> tuple[Course, ...]:
    """The courses without names, each once, and none that only begins another one."""
    bare = dict.fromkeys(evolve(course, name="", note="") for course in courses)
    longest = sorted(bare, key=lambda course: -len(course.visits))
    begun: set[Course] = set()
    kept = []
    for course in longest:
        if course not in begun:
            kept.append(course)
        begun |= {up_to(course, number) for number in range(1, len(course.visits))}
    return tuple(reversed(kept))


def fewest(told: Told) -> tuple[Course, ...]:
    """Courses that together tell all that any of them does: the one with most new ones for each visit first, none needless."""
    missing = frozenset().union(*told.values())
    chosen: list[Course] = []
    while missing:
        best = max(told, key=lambda course: (len(told[course] & missing) / len(course.visits), -len(course.visits)))
        chosen.append(best)
        missing -= told[best]
    return tuple(_needed(chosen, told))


def _needed(chosen: Sequence[Course], told: Told) -> Iterator[Course]:
    kept = list(chosen)
    for course in sorted(chosen, key=lambda one: len(told[one])):
        rest = [one for one in kept if one != course]
        if told[course] <= frozenset().union(*(told[one] for one in rest)):
            kept = rest
    return iter(kept)


def _permitting(step: Step) -> tuple[str, ...]:
    return tuple(dict.fromkeys(step.decision.permitting()))


def suite(protocol: Protocol, told: Told, missed: Sequence[str] = (), say: Callable[[str], str] = str) -> Suite:
    """The suite of the fewest courses; ``told`` has for each candidate the mutants that it tells, ``say`` their sentences."""
    chosen = sorted(fewest(told), key=lambda course: (len(course.visits), -len(told[course])))
    trials, known = [], frozenset[str]()
    for number, course in enumerate(chosen, 1):
        new = told[course] - known
        known |= told[course]
        named = evolve(course, name=f"Course {number}")
        steps = trace(protocol, named).steps
        trials.append(Trial(named, tuple(map(of_step, steps)), tuple(map(_permitting, steps)), tuple(sorted(map(say, new)))))
    return Suite(protocol.name, protocol.version, fingerprint(protocol), tuple(trials), len(known), tuple(missed))
