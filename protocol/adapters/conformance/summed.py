"""The summaries of a replay for programs: one row for each course and parameter, as an ADaM dataset has, or one document."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from protocol.adapters.conformance.totals import Total, totals
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.quantity import say_number
from protocol.model.summary import PARAMETERS, Figure, Parameter, Summary

FORMAT = "protocol-summary/1"
COLUMNS = ("course", "group", "PARAMCD", "PARAM", "AVAL", "AVALC", "CNSR", "not known because", "note")

Groups = Mapping[str, Sequence[Summary]]


def label(parameter: Parameter, unit: str) -> str:
    """What a parameter is, with its unit: ``Total dose administered (mg)``."""
    shown = {"days": "days", "%": "%", "dose": unit, "dose per day": f"{unit}/day" if unit else ""}.get(parameter.measure, "")
    return f"{parameter.label} ({shown})" if shown else parameter.label


def to_csv(groups: Groups) -> str:
    """One row for each course and parameter; numbers with at most six decimals."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for group, summaries in groups.items():
        for summary in summaries:
            both = zip(PARAMETERS, summary.figures, strict=True)
            writer.writerows((summary.course, group, *_row(one, figure, summary.unit)) for one, figure in both)
    return text.getvalue()


def _row(parameter: Parameter, figure: Figure, unit: str) -> Iterator[str]:
    yield from (parameter.code, label(parameter, unit))
    is_flag = parameter.measure == "yes or no"
    yield "" if figure.value is None or is_flag else decimal(figure.value)
    yield "" if figure.value is None or not is_flag else "Y" if figure.value else "N"
    yield ("1" if figure.censored else "0") if parameter.code.startswith("TT") and figure.value is not None else ""
    yield from (figure.why, figure.note)


def decimal(value: Fraction, most: int = 6) -> str:
    """A number with at most so many decimals."""
    return say_number(round(value, most))


def fields(groups: Groups, protocol: Protocol, by: str) -> dict[str, Any]:
    """The document: each course with its parameters, and the totals of each group and of all."""
    listed = [summary for summaries in groups.values() for summary in summaries]
    parts = {**(groups if len(groups) > 1 else {}), "all": listed}
    return {
        "protocol": protocol.name,
        "version": protocol.version,
        "fingerprint": fingerprint(protocol),
        "by": by,
        "parameters": PARAMETERS,
        "courses": [{"group": group, **_course(summary)} for group, part in groups.items() for summary in part],
        "totals": [_part(group, part) for group, part in parts.items()],
    }


def _course(summary: Summary) -> dict[str, Any]:
    return {"course": summary.course, "unit": summary.unit, "figures": {one.code: _figure(one) for one in summary.figures}}


def _figure(figure: Figure) -> dict[str, Any]:
    value = None if figure.value is None else decimal(figure.value)
    return {"value": value, "censored": figure.censored, "not_known_because": figure.why, "note": figure.note}


def _part(group: str, part: Sequence[Summary]) -> dict[str, Any]:
    return {"group": group, "courses": len(part), "parameters": [_total(one) for one in totals(part)]}


def _total(total: Total) -> dict[str, Any]:
    numbers = {name: getattr(total, name) for name in ("mean", "median", "low", "high")}
    return {
        "code": total.parameter.code,
        "known": total.known,
        **{name: None if value is None else decimal(value) for name, value in numbers.items()},
        "standard_deviation": None if total.deviation is None else f"{total.deviation:.6f}",
        "yes": total.yes,
        "not_known_because": dict(total.why),
    }
