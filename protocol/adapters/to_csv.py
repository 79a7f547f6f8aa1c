"""From traces to CSV: one row for each visit. Several values of one cell are separated by ``; ``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable

from protocol.adapters.monitoring import say_schedule
from protocol.adapters.phrases import say_date
from protocol.adapters.refusals import late_at, late_elsewhere
from protocol.model.decision import Refusal, Step, Trace

COLUMNS: tuple[tuple[str, str, Callable[[Trace, Step], object]], ...] = (
    ("course", "the course's name", lambda trace, step: trace.course),
    ("minutes", "time of the visit, in minutes since the first dose", lambda trace, step: step.visit.time),
    ("latest", "if the time is a range: its end, in minutes", lambda trace, step: _or_empty(step.visit.latest)),
    ("time", "the time as a day", lambda trace, step: say_date(step.visit)),
    ("state", "control state before the decision", lambda trace, step: step.decision.before.control),
    ("dose", "dose in force before the decision", lambda trace, step: step.decision.before.dose),
    ("status", "decided, provisional or undecided", lambda trace, step: step.decision.status),
    ("action", "the recommended action", lambda trace, step: step.decision.action),
    ("recommended dose", "the dose that it leads to", lambda trace, step: step.decision.after.dose),
    ("supplement", "what is given once with the action", lambda trace, step: step.decision.supplement or ""),
    ("rule", "the rule that gave it", lambda trace, step: step.decision.rule),
    ("source", "the source of the rule", lambda trace, step: _source(step)),
    ("may", "rules that permit an action beside it", lambda trace, step: _joined(step.decision.permitting())),
    (
        "may if known",
        "rules that would under some value of what is missing",
        lambda trace, step: _joined(step.decision.permitting("unknown")),
    ),
    (
        "missing",
        "missing values on which the decision depends",
        lambda trace, step: _joined(m.name for m in step.decision.missing),
    ),
    ("withheld", "yes: no drug until the missing values are there", lambda trace, step: _yes(step.decision.withheld)),
    (
        "silent",
        "yes: no rule, or no dose of the source, covers the visit",
        lambda trace, step: _yes(step.decision.silent),
    ),
    (
        "conflict",
        "the rules of a table that contradict each other",
        lambda trace, step: _joined(step.decision.conflict),
    ),
    ("lowered by", "the rule that takes a resumed dose lower", lambda trace, step: step.decision.lowered_by),
    ("blocked", "why the ordered step cannot be taken", lambda trace, step: step.decision.blocked),
    ("given", "what was given from the visit on", lambda trace, step: step.visit.given or ""),
    ("permitted", "under every completion of what is missing, some or none", lambda trace, step: _verdict(step)),
    ("met at", "if the recommendation was met later, in time: when, in minutes", lambda trace, step: _met_at(step)),
    ("assumed", "yes: what was given is not known, and taken to be as recommended", lambda trace, step: _yes(step.assumed)),
    ("depends on", "what the verdict depends on", lambda trace, step: _joined(_needs(step))),
    ("deviations", "kinds of deviation", lambda trace, step: _joined(item.kind for item in step.deviations)),
    ("state after", "control state after what was given", lambda trace, step: step.state.control),
    ("dose after", "dose in force after what was given", lambda trace, step: step.state.dose),
    ("refused", "inputs of which a reading was refused", lambda trace, step: _joined(r.observation.input for r in step.refused)),
    ("why refused", "the reason of each, as input: reason", lambda trace, step: _joined(_reasons(step.refused))),
    (
        "refused later",
        "readings recorded later and refused, as input: reason; in a course's last row also those of no one visit",
        lambda trace, step: _joined(_reasons(_late(trace, step))),
    ),
    (
        "revised status",
        "status that what was recorded later would have made",
        lambda trace, step: _revised(trace, step, "status"),
    ),
    ("revised action", "action that it would have made", lambda trace, step: _revised(trace, step, "action")),
    ("revised dose", "the dose that this leads to", lambda trace, step: _revised(trace, step, "dose")),
    ("due", "inputs that are to be measured", lambda trace, step: _joined(f"{d.input} {d.status}" for d in step.decision.due)),
    (
        "monitoring",
        "how often inputs are measured from then on, as input: schedule (entry)",
        lambda trace, step: _joined(say_schedule(one) for one in step.decision.monitoring),
    ),
    (
        "dispensed",
        "what is dispensed for each administration of the recommended dose",
        lambda trace, step: step.decision.dispensed or "",
    ),
    ("unverified", "why the rule may not be relied on", lambda trace, step: _joined(step.decision.unverified)),
    ("row", "the row of the course's file", lambda trace, step: step.visit.row),
)


def to_csv(traces: Iterable[Trace]) -> str:
    """The traces as CSV text with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(name for name, _, _ in COLUMNS)
    for trace in traces:
        for step in trace.steps:
            writer.writerow(str(value(trace, step)) for _, _, value in COLUMNS)
    return text.getvalue()


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _or_empty(number: int | None) -> str:
    return "" if number is None else str(number)


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


def _source(step: Step) -> str:
    source = step.decision.source
    return str(source or "")


def _verdict(step: Step) -> str:
    return step.verdict.permitted if step.verdict else ""


def _met_at(step: Step) -> str:
    return _or_empty(step.verdict.met_at if step.verdict else None)


def _reasons(refusals: Iterable[Refusal]) -> Iterable[str]:
    return dict.fromkeys(f"{refusal.observation.input}: {refusal.why}" for refusal in refusals)


def _late(trace: Trace, step: Step) -> tuple[Refusal, ...]:
    return (*late_at(trace, step), *(late_elsewhere(trace) if step is trace.steps[-1] else ()))


def _revised(trace: Trace, step: Step, what: str) -> object:
    """What of the revised decision; empty where nothing recorded later changes the decision of this visit."""
    found = (item.revised for item in trace.revisions if item.time == step.visit.time)
    values = ({"status": one.status, "action": one.action, "dose": one.after.dose} for one in found)
    return next((value[what] for value in values), "")


def _needs(step: Step) -> Iterable[str]:
    if step.verdict is None:
        return ()
    date = ("the date",) if step.verdict.depends_on_date else ()
    return (*date, *(item.name for item in step.verdict.needs))
