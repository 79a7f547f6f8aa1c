"""The summaries of a replay for people: one table for each group, and why what is not known is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from protocol.adapters.conformance.summed import Groups, label
from protocol.adapters.conformance.totals import Total, totals
from protocol.adapters.filled import filled
from protocol.adapters.phrases import counted
from protocol.model.decision import Trace
from protocol.model.summary import Summary

_ADVERSE = "TADJAE: --adverse RULE names the rules that lower or hold the dose because of an adverse event, and then no others."
HEADS = ("n", "mean", "SD", "median", "min", "max")


def text(groups: Groups, width: int, by: str) -> Iterator[str]:
    """The parts to print one after the other."""
    listed = [summary for summaries in groups.values() for summary in summaries]
    parts = {**({f"{by}: {group}": part for group, part in groups.items()} if len(groups) > 1 else {}), "All": listed}
    tables = [_Table(title, summaries, title == "All") for title, summaries in parts.items()]
    sizes = [max(len(row[place]) for table in tables for row in table.cells()) for place in range(len(HEADS))]
    labels = max(len(said) for table in tables for said in table.labels)
    wide = 9 + labels + sum(sizes) + 2 * len(sizes) <= width
    for table in tables:
        yield "\n".join((*(_wide(table, sizes, labels) if wide else _narrow(table, sizes)), *_not_known(table, width))) + "\n"


class _Table:
    """The totals of one group, and what stands in their rows."""

    def __init__(self, title: str, summaries: Sequence[Summary], is_last: bool) -> None:
        self.is_last = is_last
        unit = next((summary.unit for summary in summaries), "")
        self.head, self.courses = f"{title}, {counted(len(summaries), 'course')}", len(summaries)
        self.totals = totals(summaries)
        # The name of the parameter says that it was administered.
        self.labels = [label(one.parameter, unit).replace(" administered", "") for one in self.totals]

    def cells(self) -> list[tuple[str, ...]]:
        return [HEADS, *(_cells(one) for one in self.totals)]

    def rows(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        codes = (one.parameter.code for one in self.totals)
        return zip(codes, self.labels, self.cells()[1:], strict=True)


def _wide(table: _Table, sizes: Sequence[int], labels: int) -> Iterator[str]:
    yield f"{table.head:<{9 + labels}}{_joined(HEADS, sizes)}"
    yield from (f"{code:<9}{said:<{labels}}{_joined(row, sizes)}".rstrip() for code, said, row in table.rows())


def _narrow(table: _Table, sizes: Sequence[int]) -> Iterator[str]:
    """What each row is stands on a line of its own."""
    yield from (table.head, f"{'':<8}{_joined(HEADS, sizes)}")
    for code, said, row in table.rows():
        yield from (said, f"{code:<8}{_joined(row, sizes)}".rstrip())


def _joined(cells: Iterable[str], sizes: Sequence[int]) -> str:
    return "".join(f"  {cell:>{size}}" for cell, size in zip(cells, sizes, strict=True))


def _cells(total: Total) -> tuple[str, ...]:
    """What stands in a row of the table; of yes and no only how many said yes."""
    if not total.known:
        return ("0", "", "", "", "", "")
    if total.parameter.measure == "yes or no":
        share = Fraction(total.yes or 0, total.known) * 100
        return (str(total.known), f"yes: {total.yes}", f"{_short(share)} %", "", "", "")
    spread = "" if total.deviation is None else f"{total.deviation:.{_places(total)}f}"
    low, high = (_number(value, total) for value in (total.low, total.high))
    if total.yes is not None:
        median = "not reached" if total.median is None else _number(total.median, total)
        return (str(total.known), counted(total.yes, "event"), "", median, low, high)
    return (str(total.known), _number(total.mean, total), spread, _number(total.median, total), low, high)


def _places(total: Total) -> int:
    """One decimal, or two where the values are small."""
    return 1 if (total.high or 0) >= 10 else 2


def _number(value: Fraction | None, total: Total) -> str:
    """A number of the table; how often there was something is a whole one, or half of one."""
    if value is None:
        return ""
    if total.parameter.measure == "count" and value is not total.mean:
        return _short(value)
    return f"{float(value):.{_places(total)}f}"


def _short(value: Fraction) -> str:
    return f"{float(value):.1f}".removesuffix(".0")


def _not_known(table: _Table, width: int) -> Iterator[str]:
    """Each reason with the parameters that it leaves open."""
    reasons: dict[tuple[str, int], list[str]] = {}
    for total in table.totals:
        for why, number in total.why:
            reasons.setdefault((why, number), []).append(total.parameter.code)
    if reasons:
        yield f"Not known, of {counted(table.courses, 'course')}:"
    for (why, number), codes in reasons.items():
        yield from filled(f"in {number}: {why} ({', '.join(codes)})", width, "  ")
    if table.is_last and any("asks for no grade" in why for why, _ in reasons):
        yield from filled(_ADVERSE, width)


def kinds(traces: Iterable[Trace]) -> Iterator[str]:
    """How often there was each kind of deviation, and in how many courses."""
    visits, courses = Counter[str](), Counter[str]()
    for trace in traces:
        found = [one.kind for step in trace.steps for one in step.deviations]
        visits.update(found)
        courses.update(set(found))
    if visits:
        longest = max(map(len, visits))
        yield f"{'Deviations':<{longest + 2}}  visits  courses"
        yield from (f"  {kind:<{longest}}  {number:>6}  {courses[kind]:>7}" for kind, number in visits.most_common())
