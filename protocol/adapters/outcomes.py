"""What became of the expectations of some courses, as text: a line for each course, the exact differences, totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from protocol.adapters.phrases import counted
from protocol.adapters.sheet import Counts, Example, Expectation
from protocol.model.time import say_time


@frozen
class Unmet:
    """An expectation that was not met at a visit, and what there was instead."""

    time: int
    expectation: Expectation
    got: str


@frozen
class Result:
    """A course of a file and the expectations that it did not meet."""

    file: str
    example: Example
    unmet: tuple[Unmet, ...]

    @property
    def expected(self) -> int:
        """How many expectations the course has."""
        return sum(len(items) for items in self.example.expectations)


def result(file: str, example: Example, differences: Iterable[tuple[int, int, str]]) -> Result:
    """The result of a course, from the visit, the place and what there was of each expectation that was not met."""
    visits = example.course.visits
    return Result(
        file,
        example,
        tuple(Unmet(visits[visit].time, example.expectations[visit][place], got) for visit, place, got in differences),
    )


def result_text(result: Result) -> str:
    """``ok`` or ``failed`` and the course's name; for a failure each difference with its place."""
    expected = counted(result.expected, "expectation") if result.expected else "expects nothing"
    if not result.unmet:
        return f"ok      {result.example.course.name} ({expected})"
    head = f"failed  {result.example.course.name} ({len(result.unmet)} of {expected})"
    return "\n".join((head, *(_difference(result.file, item) for item in result.unmet)))


def _difference(file: str, unmet: Unmet) -> str:
    place = f"{file}:{unmet.expectation.line}:{unmet.expectation.position}"
    column, value = unmet.expectation.column, unmet.expectation.value
    return f"  {place}: {say_time(unmet.time)}: {column}: expected {value}, got {unmet.got}"


def totals(results: Iterable[Result], counts: Iterable[Counts]) -> Iterator[str]:
    """The numbers of all courses and of all rows read."""
    every = tuple(results)
    failed = sum(bool(result.unmet) for result in every)
    expected = sum(result.expected for result in every)
    unmet = sum(len(result.unmet) for result in every)
    yield (
        f"{counted(len(every), 'course')}: {len(every) - failed} ok, {failed} failed; "
        f"{counted(expected, 'expectation')}: {expected - unmet} met, {unmet} not"
    )
    yield sum(counts, Counts(0, 0, 0)).line()
