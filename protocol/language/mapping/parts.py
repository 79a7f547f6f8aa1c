"""What several sections of a mapping have: columns, conditions on rows, words for texts, times."""

from __future__ import annotations

import re

from attrs import frozen

from protocol.errors import NotationError
from protocol.language.fields import Fields, entries, shortened, text_node
from protocol.language.hints import instead
from protocol.language.nodes import Listing, Node, Scalar
from protocol.language.report import Report, shown
from protocol.model.mapping import Condition, Filter, Named, Source, Values, When, Window
from protocol.model.quantity import UNITS, unit

TIMES = ("date", "study day", "elapsed")
ROWS = ("only", "without")
OTHERWISE = "otherwise"
_DAYS = re.compile(r"(?P<first>-?[0-9]{1,4})(?:\s+to\s+(?P<last>-?[0-9]{1,4}))?")

Tables = dict[str, Source | None]
"""The tables of a mapping by name; None for one that was declared, but wrongly."""


def column(report: Report, found: Fields, key: str) -> Named | None:
    """The column that a key names; None where it names none."""
    text = found.scalar(key)
    return named(report, text) if text else None


def named(report: Report, text: Scalar) -> Named:
    """The text with the place at which it stands."""
    return Named(text.text, *report.position(text.span))


def rows(report: Report, found: Fields) -> Filter:
    """Which rows ``only`` and ``without`` mean."""
    return Filter(conditions(report, found, "only"), conditions(report, found, "without"))


def conditions(report: Report, found: Fields, key: str) -> tuple[Condition, ...]:
    """``{COLUMN: text, OTHER: [text, text]}``."""
    node = found.node(key)
    mapping = entries(report, found.entries[key][0], node) if node else None
    if mapping is None:
        return ()
    return tuple(Condition(named(report, name), tuple(_texts(report, name, value))) for name, value in mapping.entries)


def _texts(report: Report, key: Scalar, node: Node) -> list[str]:
    if isinstance(node, Scalar):
        return [] if _is_nothing(report, key, node) else [node.text]
    items = node.items if isinstance(node, Listing) else ()
    if not items:
        report.add("P025", f"{shown(key.text)} takes a text, or a list of them", node.span, "Write [one, another].")
    return [item.text for item in items if isinstance(item, Scalar)]


def _is_nothing(report: Report, key: Scalar, node: Scalar) -> bool:
    if not node.is_empty:
        return False
    report.add("P026", f"{shown(key.text)} has no value", key.span, "Write a text; '\"\"' for an empty cell.")
    return True


def values(report: Report, found: Fields, key: str) -> Values | None:
    """``{text of the data: word of the protocol, otherwise: word}``; None where it is not said."""
    node = found.node(key)
    mapping = entries(report, found.entries[key][0], node) if node else None
    if mapping is None:
        return None
    said: dict[str, str] = {}
    for name, value in mapping.entries:
        if (word := text_node(report, name, value)) is not None:
            said[name.text] = word.text
    return Values(tuple((text, word) for text, word in said.items() if text != OTHERWISE), said.get(OTHERWISE, ""))


def when(report: Report, found: Fields) -> When:
    """The columns of the time; at most one of a date or study day, and of what has elapsed."""
    if found.has("elapsed") and (other := found.said(("date", "study day"))):
        message = f"{found.what} has both 'elapsed' and '{other[0]}'"
        report.add("P024", message, found.key("elapsed"), "Keep one: a row has one time.")
    date, study_day, elapsed = (column(report, found, key) for key in TIMES)
    return When(date, study_day, elapsed)


def like(report: Report, found: Fields, key: str, start: When) -> When | None:
    """A second time, counted as the first one is: the columns of an end."""
    end = column(report, found, key)
    if end is None:
        return None
    if start.elapsed:
        return When(elapsed=end)
    return When(date=end) if start.date else When(study_day=end)


def table(report: Report, found: Fields, tables: Tables) -> Named | None:
    """The table that ``table`` names."""
    text = found.scalar("table")
    if text and text.text not in tables:
        hint = instead(text.text, tables, "Tables")
        report.add("P110", f"there is no table {shown(text.text)}", text.span, hint)
    return named(report, text) if text else None


def unit_of(report: Report, found: Fields, key: str) -> str:
    """The unit that ``in`` names, from the allow-list."""
    text = found.scalar(key)
    try:
        return unit(shortened(text.text)).name if text else ""
    except NotationError as error:
        assert text is not None
        report.add("P031", error.message, text.span, error.hint)
        return ""


@frozen
class _Renamed:
    """A unit as the tables write it, and which unit of the allow-list that is."""

    text: Scalar
    unit: Scalar

    def pair(self, report: Report) -> tuple[str, str] | None:
        """Both as texts; None where the second is no unit, or the first one is another."""
        try:
            meant = unit(shortened(self.unit.text)).name
        except NotationError as error:
            report.add("P031", error.message, self.unit.span, error.hint)
            return None
        if self.text.text in UNITS and self.text.text != meant:
            message = f"'{self.text.text}' is another unit than '{meant}'"
            hint = "Here units are renamed, never converted: that is done where a value is read."
            report.add("P111", message, self.unit.span, hint)
            return None
        return self.text.text, meant


def units(report: Report, top: Fields) -> tuple[tuple[str, str], ...]:
    """``units``: for each unit as the tables write it the unit of the allow-list that it is."""
    node = top.node("units")
    mapping = entries(report, top.entries["units"][0], node) if node else None
    texts = ((name, text_node(report, name, value)) for name, value in (mapping.entries if mapping else ()))
    pairs = (_Renamed(name, text).pair(report) for name, text in texts if text)
    return tuple(pair for pair in pairs if pair)


def windows(report: Report, found: Fields) -> tuple[Window, ...]:
    """``days``: for each planned visit the study days of its window; no day lies in two."""
    node = found.node("days")
    mapping = entries(report, found.entries["days"][0], node) if node else None
    pairs = ((name, text_node(report, name, value)) for name, value in (mapping.entries if mapping else ()))
    known: list[Window] = []
    for name, text in pairs:
        one = _window(report, name, text) if text else None
        if one is None or text is None:
            continue
        if other := next((other for other in known if other.first <= one.last and one.first <= other.last), None):
            message = f"the window of {shown(one.visit)} overlaps that of {shown(other.visit)}"
            report.add("P112", message, text.span, "A study day lies in one window.")
        known.append(one)
    return tuple(known)


def _window(report: Report, name: Scalar, text: Scalar) -> Window | None:
    match = _DAYS.fullmatch(text.text.strip())
    first, last = (int(match["first"]), int(match["last"] or match["first"])) if match else (0, 0)
    if 0 in (first, last) or first > last:
        hint = "Write study days, the earlier one first: '12 to 16'. There is no study day 0."
        report.add("P112", f"{shown(text.text)} is no window of study days", text.span, hint)
        return None
    return Window(name.text, first, last)
