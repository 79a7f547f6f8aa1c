"""F005: a rule that can raise a dose or end treatment because something is *not* known, without saying that it means to."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.checks.finding import Finding, check
from protocol.model.guard import Compare, Guard, Known, Named, Tracked, Value, nodes
from protocol.model.input import Tracker
from protocol.model.protocol import Protocol


@check(
    "F005",
    "missing data may raise a dose or end treatment",
    "Missing values never raise a dose and never end treatment, but a rule that asks what is known ('known', 'unknown', "
    "'within') gets round that: to know nothing is itself known. So does one that asks a derived number in which a stated value "
    "stands in for a missing one ('missing: {bands: 0}'), and one that asks a score, whose items have "
    "points of their own when they are unknown. Ask for the value, or say with 'waiver' why missing data may do this here; the "
    "waiver is listed by check.",
)
def waived_law(protocol: Protocol) -> Iterator[Finding]:
    """A finding for each rule without ``waiver`` that starts, escalates, resumes or stops and rests on what is not known."""
    for rule in protocol.in_force():
        if rule.action.kind in ("start", "escalate", "resume", "stop") and not rule.waiver:
            why = next(_reasons(protocol, rule.when), "")
            if why:
                message = f"rule '{rule.name}' can {rule.action.kind} on missing data: it asks {why}"
                hint = "Ask for the value itself, or say with 'waiver:' why missing data may do this here."
                yield Finding("F005", message, rule.name, hint)


def _reasons(protocol: Protocol, guard: Guard) -> Iterator[str]:
    """What in a guard is settled by missing data, also by way of definitions and trackers."""
    defaulted = {number.name for number in protocol.numbers if number.defaults}
    scores = {score.name for score in protocol.scores}
    for node in nodes(guard):
        match node:
            case Known():
                yield "what is known"
            case Compare(Value(name)) if name in defaulted:
                yield f"'{name}', in which a stated value stands in for a missing one"
            case Compare(Value(name)) if name in scores:
                yield f"'{name}', whose items have points of their own when they are unknown"
            case Compare(Tracked(name)):
                yield from _remembered(protocol, protocol.tracker(name), defaulted, scores)
            case Named(name):
                yield from _reasons(protocol, protocol.definition(name))
            case _:
                pass


def _remembered(protocol: Protocol, tracker: Tracker, defaulted: set[str], scores: set[str]) -> Iterator[str]:
    if tracker.input in scores:
        yield f"'{tracker.name}', and '{tracker.input}' has points for what is unknown"
    if tracker.input in defaulted:
        yield f"'{tracker.name}', and for '{tracker.input}' a stated value stands in for a missing one"
    for guard in (tracker.when, tracker.until):
        if guard is not None:
            yield from _reasons(protocol, guard)
