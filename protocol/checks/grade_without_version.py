"""F012: a grade by criteria without a version, or by criteria or terms of which there is no table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from protocol.checks.asked import guards
from protocol.checks.finding import Finding, check
from protocol.errors import NotationError
from protocol.model.guard import Compare, GradeOf, Operator, nodes
from protocol.model.input import Grade, Input, Number
from protocol.model.protocol import Protocol
from protocol.semantics.grading import compare_grade


@check(
    "F012",
    "a grade without a version or a table",
    "Criteria differ between versions: grade 4 platelets are below 10 in one and below 25 in the next. So a grade names its "
    "criteria with the version ('CTC 2.0'). A grade that is computed from a value ('graded by') needs besides a table of these "
    "criteria that grades this term in this unit, and alike whatever the baseline was; without one 'grade(...)' cannot be "
    "computed, and no other check is made.",
)
def grade_without_version(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each input graded by criteria without a version, and for each whose grade cannot be computed."""
    for item in protocol.inputs:
        if isinstance(item.kind, Grade) and not any(sign.isdigit() for sign in item.kind.criteria):
            hint = "Name the version as well, such as 'CTC 2.0'."
            yield Finding("F012", f"the grade '{item.name}' is by '{item.kind.criteria}' without a version", item.name, hint)
    for item, error in _uncomputable(protocol):
        yield Finding("F012", f"the grade of '{item.name}' cannot be computed: {error.message}", item.name, error.hint)


def computes_grades(protocol: Protocol) -> bool:
    """Whether every grade that a guard asks can be computed; where not, nothing can be asked of the protocol's guards."""
    return not any(_uncomputable(protocol))


def _uncomputable(protocol: Protocol) -> Iterator[tuple[Input, NotationError]]:
    """Each input that says how it is graded though that is not possible, also if nothing asks its grade yet."""
    for item in protocol.inputs:
        error = _error(protocol, item)
        if error is not None:
            yield item, error


def _error(protocol: Protocol, item: Input) -> NotationError | None:
    if item.graded_by is None or not isinstance(item.kind, Number):
        return None
    try:
        compare_grade(*item.graded_by, item.name, item.kind.unit, ">=", 0)
        for operator, grade in _grades_asked(protocol, item.name):
            compare_grade(*item.graded_by, item.name, item.kind.unit, operator, grade)
    except NotationError as error:
        return error
    return None


def _grades_asked(protocol: Protocol, name: str) -> list[tuple[Operator, Fraction]]:
    """The comparisons of the grade of an input, those with milder grades first."""
    found = (node for guard in guards(protocol) for node in nodes(guard) if isinstance(node, Compare))
    return sorted({(node.operator, node.constant) for node in found if node.term == GradeOf(name)}, key=lambda asked: asked[::-1])
