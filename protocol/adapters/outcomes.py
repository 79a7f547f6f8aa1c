"""What became of the expectations of some courses, as text: a line for each course, the exact differences, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from protocol.adapters.phrases import counted
from protocol.adapters.sheet import Counts, Example, Expectation
from protocol.model.protocol import Protocol
from protocol.model.time import say_time


@frozen
class Unmet:
    """An expectation that was not met at a visit, and what there was instead."""

    time: int
    expectation: Expectation
    got: str


@frozen
class Broken:
    """A property that is expected to hold and does not hold on a course, because of what begins at this time.

    ``place`` is the row of the visit, ``claim`` what the property says; ``was`` and ``done`` say where the patient was and what
    was done, ``facts`` what the claim asks.
    """

    property: str
    time: int
    place: str = ""
    claim: str = ""
    was: str = ""
    done: str = ""
    facts: tuple[str, ...] = ()


@frozen
class Unshown:
    """A property that is expected to fail, names the course that shows it, and does not fail on it; ``claim`` is what it says."""

    property: str
    claim: str


@frozen
class Result:
    """A course of a file, the expectations that it did not meet, and the properties of the protocol that it breaks.

    ``unshown`` are those that it should break, and does not.
    ``judged`` is at how many of its ``visits`` the properties were judged; those count where they were to be judged at all.
    """

    file: str
    example: Example
    unmet: tuple[Unmet, ...]
    broken: tuple[Broken, ...] = ()
    judged: int = 0
    visits: int = 0
    unshown: tuple[Unshown, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything is not as it should be."""
        return bool(self.unmet or self.broken or self.unshown)

    @property
    def expected(self) -> int:
        """How many expectations the course has."""
        return sum(len(items) for items in self.example.expectations)


def result(
    file: str,
    example: Example,
    differences: Iterable[tuple[int, int, str]],
    broken: Iterable[Broken] = (),
    judged: int = 0,
    of: int = 0,
    unshown: Iterable[Unshown] = (),
) -> Result:
    """The result of a course, from the visit, the place and what there was of each expectation that was not met."""
    visits = example.course.visits
    return Result(
        file,
        example,
        tuple(Unmet(visits[visit].time, example.expectations[visit][place], got) for visit, place, got in differences),
        tuple(broken),
        judged,
        of,
        tuple(unshown),
    )


def result_text(result: Result) -> str:
    """``ok`` or ``failed`` and the course's name; for a failure each difference with its place."""
    expected = counted(result.expected, "expectation") if result.expected else "expects nothing"
    if not result.failed:
        return f"ok      {result.example.course.name} ({expected})"
    count = f"{len(result.unmet)} of {expected}" if result.unmet else expected
    head = f"failed  {result.example.course.name} ({count})"
    broken = (line for item in result.broken for line in _broken(result.file, item))
    unshown = (_unshown(result, item) for item in result.unshown)
    return "\n".join((head, *(_difference(result.file, item) for item in result.unmet), *broken, *unshown))


def _broken(file: str, item: Broken) -> Iterator[str]:
    yield f"  {item.place or file}: {say_time(item.time)}: property {item.property} does not hold: {item.claim}"
    yield f"    was {item.was}: {item.done}" + "".join(f"; {fact}" for fact in item.facts)


def _unshown(result: Result, item: Unshown) -> str:
    place = f"{result.file}:{result.example.line}"
    return f"  {place}: property {item.property} is expected to fail here, and no visit shows that it does: {item.claim}"


def _difference(file: str, unmet: Unmet) -> str:
    place = f"{file}:{unmet.expectation.line}:{unmet.expectation.position}"
    column, value = unmet.expectation.column, unmet.expectation.value
    return f"  {place}: {say_time(unmet.time)}: {column}: expected {value}, got {unmet.got}"


def totals(results: Iterable[Result], counts: Iterable[Counts]) -> Iterator[str]:
    """The numbers of all courses and of all rows read."""
    every = tuple(results)
    failed = sum(result.failed for result in every)
    expected = sum(result.expected for result in every)
    unmet = sum(len(result.unmet) for result in every)
    yield (
        f"{counted(len(every), 'course')}: {len(every) - failed} ok, {failed} failed; "
        f"{counted(expected, 'expectation')}: {expected - unmet} met, {unmet} not"
    )
    yield sum(counts, Counts(0, 0, 0)).line()


def judged_text(protocol: Protocol, results: Iterable[Result]) -> Iterator[str]:
    """How much the courses say of the properties; to hold on them is not to hold on all."""
    every = tuple(results)
    if protocol.properties:
        broken = {item.property for result in every for item in result.broken}
        judged, of = sum(result.judged for result in every), sum(result.visits for result in every)
        rest = "; not after a dose that no value of what is missing permits" if judged < of else ""
        at = f"judged at {judged} of {counted(of, 'visit')}{rest}"
        yield f"Properties: {len(protocol.properties)}, {at}; {len(broken)} broken there. That proves none of them."
