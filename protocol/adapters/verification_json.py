"""What verification says of a protocol, as values that JSON has; equal verifications give equal values, but for the seconds."""

from __future__ import annotations

from typing import Any

from protocol.adapters.counterexample import course_text, visits_told
from protocol.adapters.story import Told
from protocol.adapters.to_json import plain
from protocol.adapters.verified import Judged, Verified, judged, unreached
from protocol.model.verification import Verdict

Json = dict[str, Any]


def verification_fields(verified: Verified) -> Json:
    """The protocol, each property with its verdicts and counterexamples, and what was seen on each grid."""
    report = verified.report
    return {
        "protocol": report.protocol,
        "version": report.version,
        "fingerprint": report.fingerprint,
        "file": verified.file,
        "cached": report.cached,
        "interrupted": report.is_interrupted,
        "properties": [_property(verified, one) for one in judged(verified)],
        "seen": report.seen,
        "unreached": unreached(report),
        "stale": [{"key": one.key, "property": one.property} for one in verified.stale],
        "notes": report.notes,
    }


def _property(verified: Verified, one: Judged) -> Json:
    said = one.verdict
    file, line = verified.place(said)
    return {
        "name": said.name,
        "where": said.where,
        "origin": said.origin,
        "family": said.family,
        "says": said.says,
        "code": said.code,
        "standing": one.standing,
        "reason": one.reason,
        "vacuous": one.is_vacuous,
        "unseen": one.unseen,
        "file": file,
        "line": line,
        "verdicts": [_verdict(verified, verdict) for verdict in one.verdicts],
    }


def _visit(told: Told) -> Json:
    return {"date": told.date, "measured": told.measured, "decided": told.decided, "rule": told.rule}


def _verdict(verified: Verified, verdict: Verdict) -> Json:
    shown = verdict.counterexample
    patient = None
    if shown is not None:
        patient = {
            **plain(shown),
            "visits": [_visit(visit) for visit in visits_told(verified, verdict)],
            "markdown": course_text(verified, verdict),
        }
    return {
        "grid": verdict.grid,
        "outcome": verdict.outcome,
        "by": verdict.by,
        "why": verdict.why,
        "key": verdict.key,
        "counterexample": patient,
    }
