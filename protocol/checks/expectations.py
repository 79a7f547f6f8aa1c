"""Where a trace differs from what the table of its course expects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from attrs import frozen

from protocol.model.course import Course
from protocol.model.decision import Step, Trace
from protocol.model.regimen import Dose
from protocol.model.table import by_table, table_of

Pairs = Sequence[tuple[str, str]]
NONE = "-"


@frozen
class Difference:
    """One expectation that is not met: the ``place``-th of the ``visit``-th visit, both counted from 0."""

    visit: int
    place: int
    column: str
    expected: str
    got: str


def differences(course: Course, expected: Sequence[Pairs], trace: Trace) -> tuple[Difference, ...]:
    """What the trace of a course does not meet of the (column, value) pairs expected at each of its visits."""
    steps = steps_of(course, trace)
    return tuple(
        found
        for visit, (pairs, step) in enumerate(zip(expected, steps, strict=True))
        for place, (column, value) in enumerate(pairs)
        if (found := _difference(visit, place, column, value, step)) is not None
    )


def steps_of(course: Course, trace: Trace) -> tuple[Step | None, ...]:
    """The step of each visit of the course; a trace can hold steps between visits, where the protocol acts by itself."""
    if len(trace.steps) == len(course.visits):
        return trace.steps
    by_time = {step.visit.time: step for step in trace.steps}
    return tuple(by_time.get(visit.time) for visit in course.visits)


def _difference(visit: int, place: int, column: str, value: str, step: Step | None) -> Difference | None:
    if step is None:
        return Difference(visit, place, column, value, "no decision")
    if column == "permitted":
        got, met = _permitted(value, step)
    elif column in _LISTS:
        names = tuple(_LISTS[column](step))
        got, met = ", ".join(names) or NONE, _are(_names(value), names)
    elif column == "state":
        got = str(step.state.control)
        met = value in (got, step.state.control.kind, table_of(got))
    else:
        got = _WORDS[column](step)
        met = value == got or (column == "rule" and value == table_of(got))
    return None if met else Difference(visit, place, column, value, got)


def _permitted(value: str, step: Step) -> tuple[str, bool]:
    """The word, and the names after the colon if the expectation lists any."""
    if step.verdict is None:
        return NONE, value == NONE
    word, colon, names = value.partition(":")
    needs = tuple(dict.fromkeys(_input_of(item.name) for item in step.verdict.needs))
    got = f"{step.verdict.permitted}: {', '.join(needs)}" if needs else step.verdict.permitted
    return got, word.strip() == step.verdict.permitted and (not colon or _names(names) == set(needs))


def _are(expected: set[str], names: Collection[str]) -> bool:
    """Whether these are the names; a table's name stands for any of its cells, and for all of them."""
    return all({name, table_of(name)} & expected for name in names) and expected <= {*names, *by_table(names)}


def _names(value: str) -> set[str]:
    return {name.strip() for name in value.split(",")} - {NONE, ""}


def _dose(dose: Dose) -> str:
    return dose.name if dose.kind == "level" else dose.kind


def _may(step: Step) -> Iterator[str]:
    return iter(step.decision.permitting())


def _date(step: Step) -> str:
    verdict_depends = step.verdict is not None and step.verdict.depends_on_date
    return "depends" if step.depends_on_date or verdict_depends else "same"


def _recommended(step: Step) -> str:
    """The dose to which the decision leads, whatever was given; none is recommended where it is undecided."""
    decision = step.decision
    return NONE if decision.status == "undecided" and not decision.withheld else _dose(decision.after.dose)


# The dose and the state are those after the visit: they follow what was given, else what was recommended.
_WORDS: dict[str, Callable[[Step], str]] = {
    "action": lambda step: step.decision.action,
    "dose": lambda step: _dose(step.state.dose),
    "recommended": _recommended,
    "supplement": lambda step: str(step.decision.supplement or NONE),
    "rule": lambda step: step.decision.rule or NONE,
    "status": lambda step: step.decision.status,
    "silent": lambda step: "yes" if step.decision.silent else "no",
    "date": _date,
    "dispensed": lambda step: str(step.decision.dispensed or NONE),
}
_LISTS: dict[str, Callable[[Step], Iterator[str]]] = {
    "may": _may,
    "missing": lambda step: iter(dict.fromkeys(_input_of(item.name) for item in step.decision.missing)),
    "conflict": lambda step: iter(step.decision.conflict),
    "deviation": lambda step: (item.kind for item in step.deviations),
    "monitoring": lambda step: (item.entry for item in step.decision.monitoring),
    "reasons": lambda step: iter(sorted(step.state.reasons)),
}


def _input_of(missing: str) -> str:
    """The input of what is missing: a value, or its multiple of a limit of normal."""
    return missing.partition(" / ")[0]
