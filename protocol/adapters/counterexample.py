"""How is a counterexample told: as what happened visit by visit, and as a course that can be pasted into a file of courses?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from protocol.adapters.asked_later import asked_later
from protocol.adapters.phrases import listed, say_date, say_ordered, say_rule
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
    shown, decision = verdict.counterexample, verified.decision(verdict)
    if shown is None:
        return ""
    compared = (shown.beside_says, *_beside(verified, shown.beside_rules), shown.near_says, _against(verified, shown))
    held, after = _held(verified, shown, decision), _from_there_on(verdict, decision)
    followed = (_followed(verified, verdict, decision), *compared, _counted(shown.course, shown.time, verified.protocol))
    parts = (*followed, held, after, _noted(verified, verdict))
    return " ".join(part for part in parts if part)


def _followed(verified: Verified, verdict: Verdict, decision: Decision | None) -> str:
    shown = verdict.counterexample
    if decision and decision.conflict:
        return _conflict(verified, decision)
    if decision and decision.acted_on:
        return " ".join(_acted_on(verified, name) for name in decision.acted_on)
    if shown is None or not shown.rule:
        return f"There no rule was followed{_by_otherwise(verified.protocol, decision)}."
    says = next((rule.says for rule in verified.protocol.rules if rule.name == shown.rule), "")
    is_blocked = decision is not None and decision.blocked and decision.rule == shown.rule
    came = "holds, and what it orders cannot be done" if is_blocked else "was followed"
    followed = f"There rule {cited(verified, shown.rule, shown.source)} {came}{f': {says}' if says else '.'}"
    return " ".join((followed, *_lowered(verified, decision)))


def _by_otherwise(protocol: Protocol, decision: Decision | None) -> str:
    """That to continue rests on what the file says for all that no rule covers."""
    if decision is None or decision.silent or decision.status != "decided" or decision.action != "continue":
        return ""
    kind = decision.before.control.kind
    return f"; 'otherwise: {kind}: continue' says what that means" if kind in protocol.otherwise else ""


def _lowered(verified: Verified, decision: Decision | None) -> Iterator[str]:
    """The rule by which drug comes back at a lower dose than the rule says that was followed."""
    if decision is not None and decision.lowered_by:
        rule = verified.protocol.rule(decision.lowered_by)
        named = cited(verified, rule.name, str(rule.source or ""))
        yield f"Drug comes back lower than that by rule {named}{f': {rule.says}' if rule.says else '.'}"


def _beside(verified: Verified, rules: tuple[str, ...]) -> Iterator[str]:
    """Where the rules stand by which the other patient is treated, and what they say."""
    for name in rules:
        rule = next((one for one in verified.protocol.rules if one.name == name), None)
        source = rule.source if rule else None
        yield f"That rests on rule {cited(verified, name, str(source or ''))}{f': {rule.says}' if rule and rule.says else '.'}"


def _conflict(verified: Verified, decision: Decision) -> str:
    cells = [rule for rule in verified.protocol.rules if rule.name in decision.conflict]
    orders = (f"{say_ordered(cell.name, verified.protocol)} by {cited(verified, cell.name)}" for cell in cells)
    says = dict.fromkeys(cell.says for cell in cells if cell.says)
    return " ".join((f"There two things are ordered: {', or '.join(orders)}.", *says))


def _acted_on(verified: Verified, name: str) -> str:
    """A rule that holds and does nothing, because nothing is new since the last change of dose."""
    rule = verified.protocol.rule(name)
    said = f"There rule {cited(verified, name, str(rule.source or ''))} holds, and all that it rests on has been acted on before"
    return f"{said}{f': {rule.says}' if rule.says else '.'}"


def cited(verified: Verified, name: str, source: str = "") -> str:
    """A rule with its place in its table, the line on which it is written, and its source."""
    file, line = verified.line(name)
    named, _, heads = say_rule(name, verified.protocol).partition(" (")
    places = (heads.removesuffix(")"), f"{file}:{line}" if file else "", source)
    said = "; ".join(place for place in places if place)
    return f"{named} ({said})" if said else named


def _from_there_on(verdict: Verdict, decision: Decision | None) -> str:
    """What a hold waits for in which the course ends, or that goes on by no rule; nothing else where an order cannot be done."""
    shown, after = verdict.counterexample, _FROM_THERE_ON.get(verdict.code, "")
    if shown is None or decision is None or decision.blocked or (decision.rule and not after):
        return after
    return " ".join(part for part in (shown.waits_says, after) if part)


def _against(verified: Verified, shown: Counterexample) -> str:
    """Which rule is true as well, or may be, and what it says."""
    if not shown.against:
        return ""
    says = next((rule.says for rule in verified.protocol.rules if rule.name == shown.against), "")
    sure = "" if shown.against_is_true else ", or may be"
    named = cited(verified, shown.against)
    return f"At the dose that this comes to {named} is true as well{sure}{f': {says}' if says else '.'}"


def _held(verified: Verified, shown: Counterexample, decision: Decision | None) -> str:
    """Why a patient is held, where that is for more than one reason, or where the course ends with nothing done."""
    reasons = decision.reasons if decision else ()
    if len(reasons) == 1 and not shown.rule:
        says = next((rule.says for rule in verified.protocol.rules if rule.name == reasons[0]), "")
        return f"Held because of {cited(verified, reasons[0])}{f': {says}' if says else '.'}"
    return f"Held because of {listed(cited(verified, name) for name in reasons)}." if len(reasons) > 1 else ""


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
