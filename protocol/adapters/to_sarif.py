"""From verifications to SARIF 2.1.0, the format in which code scanning takes findings: one run, a result for each alert."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from protocol.adapters.alerts import Alert, alerts
from protocol.adapters.fault import Fault
from protocol.adapters.paths import uri
from protocol.adapters.verified import Verified
from protocol.errors import Code

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "protocolFinding/v1"
"""The name and the version of how a finding is told from others, whatever line it is on."""

Json = dict[str, Any]


def to_sarif(
    all_verified: Iterable[Verified], codes: Mapping[str, Code], version: str, allow_unproved: bool = False,
    faults: Iterable[Fault] = (),
) -> str:  # fmt: skip
    """The document. ``codes`` are the pages of the codes that alerts can have; ``version`` is that of this package."""
    every = tuple(all_verified)
    place = {code: number for number, code in enumerate(codes)}
    results = [_result(one, verified, place) for verified in every for one in alerts(verified, allow_unproved)]
    driver = {"name": "protocol", **({"semanticVersion": version} if version else {}), "rules": list(map(_rule, codes.values()))}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "protocol-verify/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(every, tuple(faults))],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _rule(code: Code) -> Json:
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "help": {"text": code.meaning, "markdown": f"**{code.code}: {code.title}**\n\n{_markdown(code.meaning)}"},
    }


def _invocation(every: tuple[Verified, ...], faults: tuple[Fault, ...]) -> Json:
    notes = [_notification(f"{one.report.protocol}: {note}") for one in every for note in one.report.notes]
    notes += map(_fault, faults)
    whole = not faults and not any(one.report.is_interrupted for one in every)
    return {"executionSuccessful": whole, **({"toolExecutionNotifications": notes} if notes else {})}


def _notification(text: str) -> Json:
    return {"level": "note", "message": {"text": text}}


def _fault(fault: Fault) -> Json:
    return {
        "level": "error",
        "message": {"text": fault.says},
        "locations": [_location(fault.file, 1)],
        "exception": {"kind": fault.kind, "message": fault.message},
    }


def _result(alert: Alert, verified: Verified, place: Mapping[str, int]) -> Json:
    found: Json = {
        "ruleId": alert.code,
        "ruleIndex": place[alert.code],
        "level": alert.level,
        "message": {"text": alert.whole, "markdown": _told(alert)},
        "locations": [_location(*alert.place, alert.about)],
        "partialFingerprints": {FINGERPRINT: alert.key},
    }
    if alert.visits:
        steps = [_step(str(visit), visit.rule, alert, verified) for visit in alert.visits]
        found["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    if alert.written:
        kind = "inSource" if alert.written == "in" else "external"
        found["suppressions"] = [{"kind": kind, "justification": alert.reason}]
    return found


def _location(file: str, line: int, about: str = "") -> Json:
    place: Json = {"artifactLocation": {"uri": uri(file) or "protocol.yaml"}, "region": {"startLine": max(line, 1)}}
    logical = {"logicalLocations": [{"name": about}]} if about else {}
    return {"physicalLocation": place, **logical}


def _step(says: str, rule: str, alert: Alert, verified: Verified) -> Json:
    """A visit of the counterexample, at the line of the rule that was followed there."""
    file, line = verified.line(rule) if rule else alert.place
    return {"location": {**_location(file, line), "message": {"text": says}}}


def _told(alert: Alert) -> str:
    """The message in Markdown: what is wrong, the story as a list, the course as a table."""
    story = "\n".join(f"{number}. {_markdown(line)}" for number, line in enumerate(alert.story, 1))
    # A heading of the course would be one of the report.
    course = "\n".join(f"**{_markdown(line[3:])}**" if line.startswith("## ") else line for line in alert.course.split("\n"))
    return "\n\n".join(part.strip("\n") for part in (_markdown(alert.message), story, course) if part.strip())


def _markdown(text: str) -> str:
    """The text with the signs escaped that Markdown would obey."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
