"""The difference between two protocols as values that JSON has."""

from __future__ import annotations

from typing import Any

from protocol.adapters.decided_by import rests_on
from protocol.adapters.difference import Told, course_table, said, say_declared, sentence, title
from protocol.adapters.to_json import plain
from protocol.model.decision import Step
from protocol.model.difference import RULED, Different, Treated, Unruled
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
        "old": _decisions(told.old, one.old, one.old_unruled),
        "new": _decisions(told.new, one.new, one.new_unruled),
        "markdown": "\n".join(course_table(told, one)) + "\n",
    }


def _decisions(protocol: Protocol, steps: tuple[Step, ...], unruled: Unruled) -> list[Json]:
    """Those of a course; of its last visit it is known what there is where no rule is followed."""
    *before, last = steps
    return [*(_decision(protocol, step) for step in before), _decision(protocol, last, unruled)]


def _decision(protocol: Protocol, step: Step, unruled: Unruled = RULED) -> Json:
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
        "rests_on": rests_on(protocol, step, unruled),
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
