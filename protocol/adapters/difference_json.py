"""The difference between two protocols as values that JSON has."""

from __future__ import annotations

from typing import Any

from protocol.adapters.decided_by import rests_on
from protocol.adapters.difference import Told, course_table, say_declared, sentence, title
from protocol.adapters.done import said
from protocol.adapters.permitted_apart import grounds, only_permitted, permitted_by_both
from protocol.adapters.to_json import plain
from protocol.model.decision import Step
from protocol.model.difference import Different, Treated
from protocol.model.protocol import Protocol, fingerprint

Json = dict[str, Any]


def difference_fields(told: Told) -> Json:
    """Both protocols, whether they are equivalent, and each kind of difference with its course."""
    found = told.difference
    return {
        "old": _protocol(told.old),
        "new": _protocol(told.new),
        "equivalent": found.is_equivalent,
        "grid": found.grid,
        "pairs": found.pairs,
        "ended": found.ended,
        "limits": found.limits,
        "notes": found.notes,
        "declared": [{**plain(one), "says": say_declared(one)} for one in found.declared],
        "kinds": [_kind(told, one) for one in found.kinds],
        "unconfirmed": found.unconfirmed,
        "courses": _courses(told) if told.file else None,
    }


def _protocol(protocol: Protocol) -> Json:
    return {"protocol": protocol.name, "version": protocol.version, "fingerprint": fingerprint(protocol)}


def _kind(told: Told, one: Different) -> Json:
    old, new = grounds(told.old, told.new, one)
    return {
        "meaning": one.meaning,
        "title": title(one),
        "says": sentence(told, one),
        "later": one.later,
        "by": one.by,
        "others": one.others,
        "shortest": one.is_shortest,
        "time": one.course.visits[-1].time,
        "course": one.course,
        "old": _decisions(told.old, one.old, old),
        "new": _decisions(told.new, one.new, new),
        "permits": _permits(told, one) if one.meaning.startswith("permits") else None,
        "markdown": "\n".join(course_table(told, one)) + "\n",
    }


def _permits(told: Told, one: Different) -> Json:
    """What only one of the two permits at the last visit, and what both do."""
    was, now = (told.old, one.old[-1].decision), (told.new, one.new[-1].decision)
    return {"old": only_permitted(was, now), "new": only_permitted(now, was), "both": permitted_by_both(was, now)}


def _decisions(protocol: Protocol, steps: tuple[Step, ...], ground: str) -> list[Json]:
    """Those of a course; of the last one more is known of what it rests on."""
    found = [_decision(protocol, step) for step in steps]
    return [*found[:-1], {**found[-1], "rests_on": ground}]


def _decision(protocol: Protocol, step: Step) -> Json:
    decision = step.decision
    return {
        "time": decision.time,
        "status": decision.status,
        "action": decision.action,
        "after": decision.after,
        "rule": decision.rule,
        "lowered_by": decision.lowered_by,
        "source": decision.source,
        "says": said(protocol, decision),
        "rests_on": rests_on(protocol, step),
    }


def _courses(told: Told) -> Json:
    return {
        "file": told.file,
        "followed": told.followed,
        "treated": [_treated(told, one) for one in told.treated],
        "refused": told.unread,
    }


def _treated(told: Told, one: Treated) -> Json:
    return {
        "course": one.course,
        "meaning": one.meaning,
        "time": one.old.visit.time,
        "old": _decision(told.old, one.old),
        "new": _decision(told.new, one.new),
    }
