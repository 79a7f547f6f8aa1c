"""The report as one file of HTML that works offline: no script is needed to read it, and nothing is loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from protocol.adapters.phrases import counted, say_date, say_order
from protocol.adapters.report import exposure, tables
from protocol.adapters.report.drawn import Report
from protocol.adapters.report.lanes import Deviating, Lane
from protocol.adapters.report.summary import grouped, missing, summary
from protocol.errors import ExtraMissing
from protocol.model.protocol import Protocol, fingerprint

_HERE = Path(__file__).parent


def to_html(report: Report, source: str = "") -> str:
    """The page. ``source`` says where the courses come from. Raises ExtraMissing without jinja2."""
    script, style = _text("page.js"), _text("page.css") + report.style
    return str(template().render(_content(report, source), script=script, style=style, **_hashes(script=script, style=style)))


def template() -> Any:
    """The template of the page. Raises ExtraMissing without jinja2."""
    try:
        import jinja2
    except ImportError:
        raise ExtraMissing("the report", "jinja2", "report") from None
    loader = jinja2.DictLoader({"page": _text("page.html.jinja")})
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined).get_template(
        "page"
    )


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hashes(**texts: str) -> dict[str, str]:
    """What the page's own policy admits: this style sheet and this script, and nothing else from anywhere."""
    digests = {name: hashlib.sha256(text.encode()).digest() for name, text in texts.items()}
    return {f"{name}_hash": f"'sha256-{base64.b64encode(digest).decode()}'" for name, digest in digests.items()}


def _content(report: Report, source: str) -> dict[str, Any]:
    protocol, lanes, unit = report.protocol, report.lanes, report.scale.unit
    return {
        "title": f"Conformance with {protocol.name} {protocol.version}",
        "about": _about(protocol, source),
        "lead": _lead(report),
        "summary": summary(lanes, protocol, report.computed),
        "missing": missing(lanes),
        "legend": report.legend,
        "dose_legend": report.dose_legend,
        "occupancy": list(report.occupancy.values()),
        "swimmers": list(report.swimmers.values()),
        "lanes_left_out": _left_out(len(lanes), len(report.shown), "subjects are drawn; those with deviations came first"),
        "counts": tables.counts(grouped(lanes), protocol, report.scale),
        "exposure": exposure.table(report.computed.summaries, _by_name(report.shown)),
        "doses": tables.doses(report.shown, unit),
        "changes": tables.changes(report.shown, unit),
        "deviations": tables.deviations(_by_name(lanes), protocol, certain=True),
        "undecided": tables.deviations(_by_name(lanes), protocol, certain=False),
        "places": report.places,
        "rules": tables.rules(report.key, protocol),
        "thresholds": tables.asked(protocol),
        "readings": tables.readings(protocol),
        "sources": protocol.sources,
        "whose_pages": {"deviating": "with deviations", "noted": "with deviations, or of whom that cannot be decided", "all": ""}[
            report.pages
        ],
        "subjects": list(_subjects(report)),
        "subjects_left_out": _left_out(len(report.paged), len(report.places), "of these subjects have a page"),
    }


def _by_name(lanes: Sequence[Lane]) -> list[Lane]:
    return sorted(lanes, key=lambda lane: lane.name)


def _about(protocol: Protocol, source: str) -> str:
    parts = (
        protocol.title,
        f"fingerprint of the protocol {fingerprint(protocol)}",
        f"courses from {source}" if source else "",
        "research software, not a medical device",
    )
    return "; ".join(part for part in parts if part) + "."


def _lead(report: Report) -> str:
    lanes = report.lanes
    visits = sum(len(lane.trace.steps) for lane in lanes)
    number = sum(len(lane.deviations) for lane in lanes)
    if not number:
        return f"{counted(len(lanes), 'subject')}, {counted(visits, 'visit')}, no deviation."
    having = sum(bool(lane.deviations) for lane in lanes)
    return (
        f"{counted(len(lanes), 'subject')}, {counted(visits, 'visit')}; {counted(number, 'deviation')} in "
        f"{counted(having, 'subject')} ({100 * having / len(lanes):.1f} %)."
    )


def _left_out(total: int, shown: int, what: str) -> str:
    """What is said where not everything is shown; the limits are those of paper and eyes, not of the data."""
    return f"{shown:,} of {total:,} {what}." if shown < total else ""


def _subjects(report: Report) -> Iterator[dict[str, Any]]:
    for lane in report.paged:
        if lane.name in report.places:
            yield _subject(lane, report)


def _subject(lane: Lane, report: Report) -> dict[str, Any]:
    drawn = report.subjects[lane.name]
    return {
        "place": report.places[lane.name],
        "name": lane.name,
        "group": lane.group,
        "story": tables.story(lane),
        "exposure": exposure.story(report.computed.summaries[lane.name]) if lane.name in report.computed.summaries else "",
        "figure": drawn.figure,
        "left_out": ", ".join(drawn.left_out),
        "deviations": (noted := [_deviation(one, report.protocol) for one in lane.noted]),
        "reasoned": any(one["reasons"] for one in noted),
        "data": tables.visits(lane, report.protocol, report.scale.unit, report.computed.derived),
    }


def _deviation(one: Deviating, protocol: Protocol) -> dict[str, Any]:
    decision = one.step.decision
    by = f" ({decision.rule})" if decision.rule else ""
    return {
        "number": one.number,
        "when": say_date(one.step.visit),
        "kind": one.kind,
        "style": "d" if one.is_certain else "u",
        "what": one.deviation.message,
        "says": f"{say_order(decision, protocol)}{by}",
        "reasons": list(tables.reasons(one, protocol)),
    }
