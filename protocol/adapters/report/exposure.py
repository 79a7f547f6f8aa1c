"""What was taken, in numbers, under the names that ADaM users know: in the cohort, for each subject, and as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import median

from protocol.adapters.conformance.totals import kaplan_meier_median
from protocol.adapters.report.lanes import Lane
from protocol.adapters.report.tables import Table
from protocol.model.summary import PARAMETERS, Figure, Parameter, Summary

_SAID_ELSEWHERE = frozenset({"NDEV", "NUNDEC"})
"""What the table of the cohort has as deviations."""


def exposure_rows(summaries: Mapping[str, Summary], groups: Iterable[Sequence[Lane]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of the table of the cohort: a label, and a cell for each group. A row that says nothing is left out."""
    columns = [[summaries[lane.name] for lane in group if lane.name in summaries] for group in groups]
    for parameter in PARAMETERS:
        if parameter.code not in _SAID_ELSEWHERE:
            cells = tuple(_cell(parameter, [one.figure(parameter.code) for one in column]) for column in columns)
            if any(cell != NONE for cell in cells):
                yield _label(parameter, [one for column in columns for one in column]), cells


NONE = "-"


def _label(parameter: Parameter, summaries: Sequence[Summary]) -> str:
    unit = _unit(parameter, summaries[0]) if summaries else ""
    how = {"yes or no": ", subjects (%)", "count": ", subjects (%) [times]"}.get(parameter.measure, f", {unit}" if unit else "")
    if parameter.code == "TTREDUCE":
        how = f"{how}: events, median (Kaplan-Meier)"
    return f"{parameter.label} ({parameter.code}){how}"


def _unit(parameter: Parameter, summary: Summary) -> str:
    return {"dose": summary.unit, "dose per day": f"{summary.unit} per day", "days": "days", "%": "%"}.get(parameter.measure, "")


def _cell(parameter: Parameter, figures: Sequence[Figure]) -> str:
    known = [(one.value, one.censored) for one in figures if one.value is not None]
    if not known:
        return NONE
    values = [value for value, _ in known]
    if parameter.measure == "yes or no":
        said = _share(values)
    elif parameter.measure == "count":
        said = f"{_share(values)}{f' [{say(sum(values))}]' if any(values) else ''}"
    elif parameter.code == "TTREDUCE":
        said = f"{sum(not censored for _, censored in known)}, {_median_said(kaplan_meier_median(known))}"
    else:
        said = f"{say(median(values))} ({say(min(values))} to {say(max(values))})"
    unknown = sum(one.value is None and bool(one.why) for one in figures)
    return f"{said}; n = {len(known)}" if unknown else said


def _share(values: Sequence[Fraction]) -> str:
    having = sum(map(bool, values))
    return f"{having} ({100 * having / len(values):.1f})" if having else "0"


def _median_said(value: Fraction | None) -> str:
    return "not reached" if value is None else say(value)


def say(value: Fraction | float) -> str:
    """A number with a decimal, or without one where it is whole."""
    text = f"{float(value):.1f}"
    return text.removesuffix(".0")


# Each subject


def story(summary: Summary) -> str:
    """``TDURD 59 days; TDOSE 3186 mg; …``: what is known of one subject, and what is not; empty where nothing was given."""
    figures = [(parameter, summary.figure(parameter.code)) for parameter in PARAMETERS if parameter.code not in _SAID_ELSEWHERE]
    known = [_one(parameter, figure, summary) for parameter, figure in figures if figure.value is not None]
    unknown = [parameter.code for parameter, figure in figures if figure.value is None]
    return "; ".join([*known, *([f"not known: {', '.join(unknown)}"] if unknown else [])]) if known else ""


def _one(parameter: Parameter, figure: Figure, summary: Summary) -> str:
    assert figure.value is not None
    if parameter.measure == "yes or no":
        return f"{parameter.code} {'yes' if figure.value else 'no'}"
    unit = _unit(parameter, summary)
    return f"{parameter.code} {say(figure.value)}{f' {unit}' if unit else ''}{' (censored)' if figure.censored else ''}"


def table(summaries: Mapping[str, Summary], lanes: Iterable[Lane]) -> Table:
    """One row for each subject and a column for each parameter; empty where it is not known."""
    codes = tuple(parameter.code for parameter in PARAMETERS)
    rows = (
        (lane.name, *(_plain(summaries[lane.name].figure(code)) for code in codes)) for lane in lanes if lane.name in summaries
    )
    return Table("exposure", ("subject", *codes), tuple(rows))


def _plain(figure: Figure) -> str:
    if figure.value is None:
        return ""
    return f"{'>' if figure.censored else ''}{float(figure.value):.6g}"
