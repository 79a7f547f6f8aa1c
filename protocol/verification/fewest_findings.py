"""How few abnormal findings does a course need to show what it shows? It should read: all normal, all normal, then this.

Each finding that is not normal, and each value that was not done, is replaced by a normal one, or left out, as long as the course
still shows it. How few visits it needs is not asked here: a search that goes breadth first has found that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from protocol.model.course import Course, Observation
from protocol.verification.abstraction import Abstraction
from protocol.verification.readable import observation

Normal = Mapping[str, Observation]


def normal_readings(abstraction: Abstraction) -> dict[str, Observation]:
    """The most normal reading of each input that is measured: what no rule takes for a reason to lower a dose."""
    measured = {item.name for item in abstraction.protocol.inputs}
    found = {}
    for axis in abstraction.axes:
        letters = [letter for letter in axis.letters if letter.kind == "measured"]
        if axis.name in measured and letters:
            found[axis.name] = observation(axis, min(letters, key=lambda letter: letter.cost).cell)
    return found


def minimised(course: Course, normal: Normal, shows: Callable[[Course], bool]) -> Course:
    """The course with as few abnormal findings as leaving them one by one allows, from the first on; it still shows it."""
    visit, place = 0, 0
    while visit < len(course.visits):
        observations = course.visits[visit].observations
        if place >= len(observations):
            visit, place = visit + 1, 0
            continue
        less = next((one for one in _without(course, visit, place, normal) if shows(one)), None)
        if less is None or len(less.visits[visit].observations) == len(observations):
            place += 1
        course = less or course
    return course


def _without(course: Course, visit: int, place: int, normal: Normal) -> Iterator[Course]:
    """The course with a normal reading in the place of one that is not, and without it."""
    shown = course.visits[visit]
    before, one, after = shown.observations[:place], shown.observations[place], shown.observations[place + 1 :]
    usual = normal.get(one.input)
    if one == usual:
        return
    rest = (*([] if usual is None else [(*before, usual, *after)]), (*before, *after))
    for observations in rest:
        changed = evolve(shown, observations=observations)
        yield evolve(course, visits=(*course.visits[:visit], changed, *course.visits[visit + 1 :]))
