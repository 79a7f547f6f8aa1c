"""Which constructs of the language does a protocol use? So that a long run can say what it has tried, and how often."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Clock, Compare, CumulativeDose, Guard, Known, Named, Ratio, Tracked, Value, nodes
from protocol.model.protocol import Protocol
from protocol.model.rule import AtMost, By, Rule


def constructs(protocol: Protocol) -> frozenset[str]:
    """The constructs that a protocol uses, each by a short name."""
    return frozenset((*_whole(protocol), *_trackers(protocol), *_rules(protocol), *_asked(protocol), *_inputs(protocol)))


def _whole(protocol: Protocol) -> Iterator[str]:
    yield f"safe side: {protocol.safe_side}"
    yield f"between visits: {protocol.between_visits}"
    used = {
        "table": protocol.tables, "interpretation": protocol.interpretations, "score": protocol.scores,
        "computed number": protocol.numbers, "derived": protocol.derived, "property": protocol.properties,
        "monitoring": protocol.monitoring, "dispensing": protocol.dispensing, "silent": protocol.silent,
    }  # fmt: skip
    yield from (name for name, so in used.items() if so)


def _trackers(protocol: Protocol) -> Iterator[str]:
    for tracker in protocol.trackers:
        yield f"tracker: {tracker.kind}"
        if tracker.measured_only:
            yield "tracker of measured values only"
        if tracker.until is not None:
            yield "tracker with until"
        if tracker.from_baseline:
            yield "tracker from baseline"


def _rules(protocol: Protocol) -> Iterator[str]:
    for rule in protocol.rules:
        yield f"{rule.mode} {rule.action.kind}"
        yield from _of_rule(rule)


def _of_rule(rule: Rule) -> Iterator[str]:
    target, action = rule.action.target, rule.action
    used = {
        "may, recommended": rule.recommended, "again: yes": rule.again, "again: no": rule.once, "supplement": rule.supplement,
        "on hold: no": not rule.on_hold, "as a new patient": action.anew, "at most": isinstance(target, AtMost),
        "steps of several levels": isinstance(target, By) and target.steps > 1, "under a reading": rule.under,
        "off the ladder": action.off_ladder, "drug goes on in review": action.meanwhile == "continue",
    }  # fmt: skip
    yield from (name for name, so in used.items() if so)


def _asked(protocol: Protocol) -> Iterator[str]:
    guards = [*(rule.when for rule in protocol.rules), *(one.when for one in protocol.trackers if one.when is not None)]
    computed = {one.name for one in (*protocol.numbers, *protocol.scores)}
    for node in (node for guard in guards for node in nodes(guard)):
        yield from _of_node(node, computed)


def _of_node(node: Guard, computed: set[str]) -> Iterator[str]:
    match node:
        case Known(_, within):
            yield "known within" if within else "known"
        case Named():
            yield "named condition"
        case Compare(Clock(name), early=early):
            yield f"time since {name}"
            if early:
                yield "visit window"
        case Compare(Ratio(_, limit)):
            yield f"× {limit}"
        case Compare(CumulativeDose()):
            yield "cumulative dose"
        case Compare(Tracked()):
            yield "tracker asked"
        case Compare(Value(name)) if name in computed:
            yield "computed asked"


def _inputs(protocol: Protocol) -> Iterator[str]:
    for item in protocol.inputs:
        if item.fixed:
            yield "fixed input"
        if item.valid_for is None:
            yield "valid for ever"
