"""How is a counterexample told: as what happened visit by visit, and as a course that can be pasted into a file of courses?"""

from __future__ import annotations

from attrs import evolve

from protocol.adapters.asked_later import asked_later
from protocol.adapters.phrases import listed, say_conflict, say_date
from protocol.adapters.story import Told, say_reading, story
from protocol.adapters.to_markdown import to_markdown
from protocol.adapters.verified import Judged, Verified, say_grid
from protocol.model.course import Course
from protocol.model.decision import Decision
from protocol.model.protocol import Protocol
from protocol.model.time import say_time
from protocol.model.verification import Counterexample, Verdict

_FROM_THERE_ON = {
    "V205": "It stays so: no course leads to drug or to the end of treatment, whatever is measured.",
    "V206": "It stays so: with all findings normal the patient neither comes to drug again nor is treatment ended.",
}
"""What a course that ends in the middle shows: it is what comes after it."""


def visits_told(verified: Verified, verdict: Verdict) -> tuple[Told, ...]:
    """What happened on the counterexample of a verdict, visit by visit."""
    trace = verified.trace(verdict)
    return tuple(story(trace, verified.protocol)) if trace else ()


def headline(judged: Judged) -> str:
    """Where and how surely a property fails: ``fails on day 21 with visits every 7 days, for certain; also at any time``."""
    verdict = judged.verdict
    shown = verdict.counterexample
    others = [say_grid(one.grid) for one in judged.verdicts if one is not verdict and one.outcome == "fails"]
    also = f"; also with visits {listed(others)}" if others else ""
    if shown is None:
        return f"fails with visits {say_grid(verdict.grid)}{f', {verdict.why}' if verdict.why else ''}{also}"
    sure = "for certain" if shown.certain else "for some value of what is missing there"
    return f"fails on {say_time(shown.time)} with visits {say_grid(verdict.grid)}, {sure}{also}"


def rests_on(verified: Verified, verdict: Verdict) -> str:
    """What was followed where it fails, where that is from and what it says; and what the course does not show any more."""
    shown, decision = verdict.counterexample, _decision(verified, verdict)
    if shown is None:
        return ""
    compared = (shown.beside_says, shown.near_says, _against(verified, shown.against))
    held, after = _held(verified, shown, decision), _FROM_THERE_ON.get(verdict.code, "")
    followed = (_followed(verified, verdict, decision), *compared, _counted(shown.course, shown.time, verified.protocol))
    parts = (*followed, held, after, _noted(verified, verdict))
    return " ".join(part for part in parts if part)


def _followed(verified: Verified, verdict: Verdict, decision: Decision | None) -> str:
    shown = verdict.counterexample
    if decision and decision.conflict:
        cells = (rule for rule in verified.protocol.rules if rule.name in decision.conflict and rule.says)
        return " ".join((f"There {say_conflict(decision, verified.protocol)}.", *dict.fromkeys(cell.says for cell in cells)))
    if shown is None or not shown.rule:
        return "There no rule was followed."
    source = f" ({shown.source})" if shown.source else ""
    says = next((rule.says for rule in verified.protocol.rules if rule.name == shown.rule), "")
    is_blocked = decision is not None and decision.blocked and decision.rule == shown.rule
    came = "holds, and what it orders cannot be done" if is_blocked else "was followed"
    return f"There rule {shown.rule}{source} {came}{f': {says}' if says else '.'}"


def _against(verified: Verified, name: str) -> str:
    """Which rule is true as well, or may be, and what it says."""
    if not name:
        return ""
    says = next((rule.says for rule in verified.protocol.rules if rule.name == name), "")
    return f"At the dose that this comes to {name} is true as well, or may be{f': {says}' if says else '.'}"


def _held(verified: Verified, shown: Counterexample, decision: Decision | None) -> str:
    """Why a patient is held, where that is for more than one reason, or where the course ends with nothing done."""
    reasons = decision.reasons if decision else ()
    if len(reasons) == 1 and not shown.rule:
        says = next((rule.says for rule in verified.protocol.rules if rule.name == reasons[0]), "")
        return f"Held because of {reasons[0]}{f': {says}' if says else '.'}"
    return f"Held because of {listed(reasons)}." if len(reasons) > 1 else ""


def _counted(course: Course, time: int, protocol: Protocol) -> str:
    """Which findings count there although they were not measured there, with when they were."""
    found: dict[str, str] = {}
    for visit in (one for one in course.visits if one.time <= time):
        for reading in visit.observations:
            item = next((one for one in protocol.inputs if one.name == reading.input), None)
            found.pop(reading.input, None)
            limit = None if item is None or reading.input not in asked_later(protocol) else item.valid_for
            if reading.value is not None and limit is not None and visit.time < time <= visit.time + limit:
                found[reading.input] = f"{say_reading(reading)} of {say_date(visit)}"
    return f"Not measured there, and still counted: {listed(found.values())}." if found else ""


def _noted(verified: Verified, verdict: Verdict) -> str:
    """What the file notes of a property of its own."""
    note = next((item.note for item in verified.protocol.properties if item.name == verdict.name), "")
    return f"Of {verdict.name} the file notes: {note}" if note and verdict.origin == "spec" else ""


def _decision(verified: Verified, verdict: Verdict) -> Decision | None:
    """The decision at the visit at which it fails."""
    trace, shown = verified.trace(verdict), verdict.counterexample
    found = (step.decision for step in trace.steps if shown and step.visit.time == shown.time) if trace else ()
    return next(iter(found), None)


def course_text(verified: Verified, verdict: Verdict) -> str:
    """The counterexample as a heading and a table for a file of courses; empty where a table has no place for it."""
    shown = verdict.counterexample
    if shown is None:
        return ""
    note = f"Generated: by protocol verify, {verdict.name} fails on {say_time(shown.time)}."
    try:
        return to_markdown(evolve(shown.course, name=f"{verdict.name} fails", note=note, exposures=()), verified.protocol)
    except ValueError:
        return ""
