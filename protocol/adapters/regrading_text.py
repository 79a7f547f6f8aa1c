"""How is it told what a protocol asks when its grades are meant by other criteria?"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from protocol.model.guard import Compare, Guard, Ratio, nodes
from protocol.model.regrading import AsGrade, Kept, Regraded, Regrading
from protocol.model.said import say_guard

_REPORTED = (
    "{names}: as reported. What somebody grades is read by the definitions of {criteria} from then on; what the same patients' "
    "grades would be by them cannot be computed."
)
_LABEL = re.compile(r"    (?:was|becomes|in) +")
_BASELINE = (
    "The baseline is the last value up to the first dose. Before it, and where none was measured, a grade that depends on it is "
    "unknown."
)


def say_regrading(name: str, regrading: Regrading, width: int) -> str:
    """What is asked otherwise, what is not and why, each condition once with the places where it stands; in lines of a width."""
    parts = [
        f"{name}, graded by {regrading.criteria}{', unverified' if regrading.unverified else ''}",
        *_section("Asked otherwise", _otherwise(regrading)),
        *_section("The same by both", _the_same(regrading)),
        *_section("Not regraded", _kept(regrading.kept)),
        *_section("Notes", _notes(regrading)),
    ]
    return "\n".join(_filled(line, width) for line in "\n\n".join(parts).split("\n"))


def _filled(line: str, width: int) -> str:
    """The line broken between words, what follows set in as what it says."""
    label = _LABEL.match(line)
    further = " " * (len(label[0]) if label else len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def say_grade(grade: AsGrade) -> str:
    """``CTC 2.0 grade >= 3``."""
    return f"{grade.criteria} grade {grade.operator} {grade.grade}" + ("" if grade.exact else ", but for the bound itself")


def _section(head: str, lines: Iterable[str]) -> Iterator[str]:
    found = [f"  {line}" for line in lines]
    if found:
        yield "\n".join([head, *found])


def _otherwise(regrading: Regrading) -> Iterator[str]:
    for one, places in _together(regrading.changed):
        yield f"{say_guard(one.asks)} ({say_grade(one.grade)})"
        if one.before != one.asks:
            yield f"  was      {say_guard(one.before)}"
        yield f"  becomes  {say_guard(one.after)}"
        yield f"  in       {places}"


def _the_same(regrading: Regrading) -> Iterator[str]:
    same = tuple(one for one in regrading.conditions if one.is_same)
    return (f"{say_guard(one.asks)} ({say_grade(one.grade)})" for one, _ in _together(same))


def _together(conditions: tuple[Regraded, ...]) -> Iterator[tuple[Regraded, str]]:
    """Each condition once, with all places at which it is asked."""
    found: dict[tuple[Compare, AsGrade], list[Regraded]] = {}
    for one in conditions:
        found.setdefault((one.asks, one.grade), []).append(one)
    return ((ones[0], _places(ones)) for ones in found.values())


def _places(conditions: list[Regraded]) -> str:
    """``rules one, two; tracker three``."""
    found: dict[str, list[str]] = {}
    for place in dict.fromkeys(one.place for one in conditions):
        kind, _, name = place.rpartition(" ")
        found.setdefault(kind, []).append(name)
    return "; ".join(f"{_some(kind, len(names))} {', '.join(names)}" for kind, names in found.items())


def _some(kind: str, count: int) -> str:
    return kind if count == 1 else "properties" if kind == "property" else f"{kind}s"


def _kept(kept: tuple[Kept, ...]) -> Iterator[str]:
    for one in dict.fromkeys(kept):
        asks = f"{say_guard(one.asks)} in " if one.asks else ""
        yield f"{asks}{one.place}: {one.why}"


def _notes(regrading: Regrading) -> Iterator[str]:
    if not regrading.conditions:
        yield "No condition is a grade that is computed from a value."
    if regrading.reported:
        yield _REPORTED.format(names=", ".join(regrading.reported), criteria=regrading.criteria)
    if any(_asks_baseline(one.after) for one in regrading.conditions):
        yield _BASELINE
    if regrading.added:
        yield f"The criteria ask what the baseline was, so the protocol has new inputs: {', '.join(regrading.added)}."
    if regrading.unverified:
        yield f"{regrading.criteria} is unverified: {regrading.unverified}."


def _asks_baseline(guard: Guard) -> bool:
    return any(
        isinstance(node, Compare) and isinstance(node.term, Ratio) and node.term.limit == "baseline" for node in nodes(guard)
    )
