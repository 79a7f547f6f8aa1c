"""How is a counterexample told: as what happened visit by visit, and as a course that can be pasted into a file of courses?"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, frozen

from protocol.adapters.phrases import listed, say_date
from protocol.adapters.to_markdown import cell, to_markdown
from protocol.adapters.to_text import told
from protocol.adapters.verified import Judged, Verified, say_grid
from protocol.model.course import Visit
from protocol.model.decision import Step, Trace
from protocol.model.time import say_time
from protocol.model.verification import Counterexample, Verdict


@frozen
class Told:
    """One visit of a counterexample: when, what was measured, what was decided, and by which rule."""

    date: str
    measured: str
    decided: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.date}: {self.measured}. {self.decided[:1].upper()}{self.decided[1:]}"


def visits_told(verified: Verified, verdict: Verdict) -> tuple[Told, ...]:
    """What happened on the counterexample of a verdict; of a visit like the one before it only what is different is said."""
    trace = verified.trace(verdict)
    return tuple(_told(verified, trace)) if trace else ()


def _told(verified: Verified, trace: Trace) -> Iterator[Told]:
    before: Visit | None = None
    for step in trace.steps:
        yield Told(say_date(step.visit), measured(step.visit, before), _decided(step, verified), step.decision.rule)
        before = step.visit if step.visit.observations or step.visit.given else before


def _decided(step: Step, verified: Verified) -> str:
    return f"{told(step, verified.protocol)}."


def measured(visit: Visit, before: Visit | None = None) -> str:
    """What was measured at a visit: ``anc 0.5; the rest as before``; and what was measured the time before, and not now."""
    now = _cells(visit)
    was = _cells(before) if before else {}
    changed = [f"{name} {text}" for name, text in now.items() if was.get(name) != text]
    gone = [name for name in was if name not in now]
    parts = [*changed, *([f"{listed(gone)} not measured"] if gone else [])]
    if not now:
        return "nothing measured"
    if not parts:
        return "all as before"
    return ", ".join(parts) + ("; the rest as before" if len(changed) < len(now) else "")


def _cells(visit: Visit) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for one in visit.observations:
        found.setdefault(one.input, []).append(cell(one))
    return {name: "; ".join(texts) for name, texts in found.items()}


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


def rests_on(verified: Verified, shown: Counterexample) -> str:
    """The rule that was followed where it fails, where that is from and what it says; or that there was none."""
    if not shown.rule:
        return "There no rule was followed."
    source = f" ({shown.source})" if shown.source else ""
    says = next((rule.says for rule in verified.protocol.rules if rule.name == shown.rule), "")
    return f"There rule {shown.rule}{source} was followed{f': {says}' if says else '.'}"


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
