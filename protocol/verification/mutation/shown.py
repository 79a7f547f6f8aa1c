"""What does a protocol show of a course to somebody who sees its decisions, and not how it comes to them?

Two protocols differ on a course where they show something different: another action, dose, status or control state, or
something else permitted. Which rule says so, and why, is left out: a build of the protocol may have other rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.errors import ProtocolError
from protocol.model.course import Course
from protocol.model.decision import Decision, Permission, Step
from protocol.model.mutation import Shown
from protocol.model.protocol import Protocol
from protocol.model.regimen import Dose
from protocol.semantics.trace import trace

NONE = "-"


def shown(protocol: Protocol, course: Course) -> tuple[Shown, ...]:
    """What the protocol shows at each visit of a course, and at moments between them at which it acts by itself."""
    return tuple(of_step(step) for step in trace(protocol, course).steps)


def with_moments(protocol: Protocol, course: Course) -> Course:
    """The course with a visit without findings at each moment at which the protocol acts by itself, so that it can be entered."""
    return evolve(course, visits=tuple(one.visit for one in trace(protocol, course).steps))


def of_step(step: Step) -> Shown:
    """What is shown of one decision."""
    decision = step.decision
    stands = decision.status == "undecided" and not decision.withheld
    return Shown(
        decision.action,
        NONE if stands else _dose(decision.after.dose),
        decision.status,
        step.state.control.kind,
        tuple(sorted({said for said, _ in permitted(decision)})),
        str(decision.supplement or ""),
        decision.silent,
        bool(decision.conflict),
    )


def permitted(decision: Decision) -> Iterator[tuple[str, Permission]]:
    """What is permitted whatever is missing, in words and as it stands in the decision."""
    return ((_said(one), one) for one in decision.permitted if one.certainty == "permitted")


def _said(permission: Permission) -> str:
    dose = _dose(permission.effect.dose)
    supplement = f" with {permission.supplement}" if permission.supplement else ""
    return f"{permission.action}{'' if dose == 'none' else f' at {dose}'}{supplement}"


def _dose(dose: Dose) -> str:
    return dose.name if dose.kind == "level" else dose.kind


def first_difference(protocol: Protocol, other: Protocol, course: Course) -> int | None:
    """The number of the first visit at which the two show something different; None where they never do."""
    return difference_from(shown(protocol, course), other, course)


def difference_from(expected: tuple[Shown, ...], other: Protocol, course: Course) -> int | None:
    """The same, where it is known what the first one shows. A course that the other one refuses is different throughout."""
    try:
        found = shown(other, course)
    except ProtocolError:
        return 0
    pairs = zip(expected, found, strict=False)
    number = next((number for number, pair in enumerate(pairs) if pair[0] != pair[1]), None)
    return min(len(expected), len(found)) if number is None and len(expected) != len(found) else number


def up_to(course: Course, visits: int) -> Course:
    """The course with so many of its first visits."""
    return evolve(course, visits=course.visits[:visits])


def apart(protocol: Protocol, other: Protocol, course: Course) -> tuple[Shown, Shown] | None:
    """What the two show at the first visit at which they differ; None where they never do, or one refuses the course."""
    try:
        both = zip(shown(protocol, course), shown(other, course), strict=False)
        return next((pair for pair in both if pair[0] != pair[1]), None)
    except ProtocolError:
        return None
