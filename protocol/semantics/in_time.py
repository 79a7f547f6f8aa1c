"""Was what was ordered at a visit done in time after all, or only too late?

A recommendation is met when it is in force in time: within `act within`, or else before the next visit, at one of the moments
at which only the dose changed; and in any case as long as a visit window is open. Where it was not, and the dose in force went
on although another one was ordered, the change came *too late* if it is the next one that was made.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from attrs import evolve

from protocol.model.decision import Deviation, DeviationKind, Step, Verdict
from protocol.model.protocol import Protocol
from protocol.model.time import say_time
from protocol.semantics.deviating import recommended, shown
from protocol.semantics.identity import is_it

# A hold, or the end of treatment, that comes later does not undo that drug was given until then.
_LATE: tuple[DeviationKind, ...] = ("dose above permitted", "dose below permitted", "hold without reason")


def in_time(protocol: Protocol, steps: Sequence[Step], dosing: Collection[int]) -> tuple[Step, ...]:
    """The steps of a course, judged by what was given after each; ``dosing`` are the times at which only the dose changed."""
    return tuple(_judged(protocol, one, steps[number + 1 :], dosing) for number, one in enumerate(steps))


def _judged(protocol: Protocol, one: Step, later: Sequence[Step], dosing: Collection[int]) -> Step:
    verdict = one.verdict
    if verdict is None or verdict.recommended or verdict.permitted != "none" or not (one.deviations or verdict.on_time_until):
        return one
    met = _met(protocol, one, verdict, later, dosing)
    if met is not None:
        return evolve(one, verdict=evolve(verdict, recommended=True, met_at=met, on_time_until=None), deviations=())
    late = _late(protocol, one, verdict, later)
    if late is None:
        return one
    until = "" if verdict.on_time_until is None else f", on time until {say_time(verdict.on_time_until)}"
    given = f"given {shown(verdict.given, one.state.dose)}, recommended {recommended(one.decision)}"
    message = f"{given}{until}; that came on {say_time(late)}"
    return evolve(one, deviations=(Deviation("change too late", message),))


def _met(protocol: Protocol, one: Step, verdict: Verdict, later: Sequence[Step], dosing: Collection[int]) -> int | None:
    """When what was recommended came into force in time; None if it did not."""
    within, open_until = protocol.act_within, verdict.on_time_until
    for other in later:
        in_window = open_until is not None and other.visit.time <= open_until
        too_late = other.visit.time not in dosing if within is None else other.visit.time > one.visit.time + within
        if too_late and not in_window:
            return None
        if other.visit.given is not None and is_it(protocol, other.visit.given, one.decision.after):
            return other.visit.time
    return None


def _late(protocol: Protocol, one: Step, verdict: Verdict, later: Sequence[Step]) -> int | None:
    """When the change that was ordered was made, too late; None if another one was made before it, or none.

    While a window is open nothing is late yet; the last visit in it is the one from which the change is too late.
    """
    if one.state.dose != one.decision.before.dose or one.decision.after.dose == one.decision.before.dose:
        return None
    if one.deviations and one.deviations[0].kind not in _LATE:
        return None
    for other in later[:1] if not one.deviations else later:
        if other.assumed or other.visit.given is None:
            return None
        if other.state.dose != one.state.dose or other.state.control.kind == "stopped":
            return other.visit.time if is_it(protocol, other.visit.given, one.decision.after) else None
    return None
