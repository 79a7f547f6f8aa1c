"""Scores: derived numbers that are sums of points, each item with its cases, and with its own points when it is unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

from protocol.language.definitions import Definitions
from protocol.language.fields import entries, fields
from protocol.language.names import Names, check_name
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.report import Report, shown
from protocol.model.guard import Always
from protocol.model.input import Case, Item, Number, Score

SCORE_KEYS = ("score", "label", "note")
ELSEWHERE = ("otherwise", "unknown")
"""What an item has where none of its cases holds, and where that is not known."""
_POINTS = re.compile(r"[+-]?[0-9]{1,4}")


def read_scores(definitions: Definitions, derived: Iterable[tuple[Scalar, Node]]) -> dict[str, Score | None]:
    """The derived inputs that are scores, by name; None where one could not be read. Notes in the names which they are."""
    mine = [(name, node) for name, node in derived if _is_score(definitions.names, name, node)]
    definitions.names.scores = {name.text for name, _ in mine}
    definitions.names.numbers |= {name.text: _kind(node) for name, node in mine}
    reader = _Reader(definitions.report, definitions)
    return {name.text: reader.score(name, node) for name, node in mine}


def _is_score(names: Names, name: Scalar, node: Node) -> bool:
    return isinstance(node, Mapping) and any(key.text == "score" for key, _ in node.entries) and name.text not in names.numbers


def _kind(node: Node) -> Number | None:
    """The range of a score, before its conditions can be read; None where that cannot be told."""
    said = next((value for key, value in _entries(node) if key.text == "score"), node)
    items = [[(key.text, _points_of(value)) for key, value in _entries(item)] for _, item in _entries(said)]
    known = [[points for _, points in item if points is not None] for item in items]
    asks = [any(key not in ELSEWHERE for key, _ in item) for item in items]
    if not items or not all(asks) or [len(item) for item in known] != [len(item) for item in items]:
        return None
    return Number("1", *(sum(pick(item) for item in known) for pick in (min, max)))


def _entries(node: Node) -> tuple[tuple[Scalar, Node], ...]:
    return node.entries if isinstance(node, Mapping) else ()


def _points_of(node: Node) -> int | None:
    return int(node.text) if isinstance(node, Scalar) and _POINTS.fullmatch(node.text) else None


@frozen
class _Reader:
    report: Report
    definitions: Definitions

    def score(self, name: Scalar, node: Node) -> Score | None:
        """One declaration of a score."""
        found = fields(self.report, f"score {shown(name.text)}", name, node, SCORE_KEYS)
        said = found.node("score") if found else None
        items = entries(self.report, found.entries["score"][0], said) if found and said else None
        if found is None or items is None:
            return None
        read = [self._item(name.text, key, value) for key, value in items.entries]
        return Score(name.text, tuple(item for item in read if item), found.text("label"), found.text("note"))

    def _item(self, score: str, name: Scalar, node: Node) -> Item | None:
        """One item: points by condition, in order, then those of ``otherwise`` and ``unknown``."""
        check_name(self.report, name, "an item")
        mapping = entries(self.report, name, node)
        if mapping is None or self._is_torn(name, mapping):
            return None
        elsewhere = {key.text: self._points(key, value) for key, value in mapping.entries if key.text in ELSEWHERE}
        cases = [self._case(score, name, key, value) for key, value in mapping.entries if key.text not in ELSEWHERE]
        for key in ELSEWHERE:
            if key not in elsewhere:
                what = "where none of its conditions holds" if key == "otherwise" else "where that is not known"
                hint = f"Add '{key}: ...', its points {what}."
                self.report.add("P023", f"the item {shown(name.text)} has no '{key}'", name.span, hint)
        if not cases:
            hint = "Write a condition with its points: '{\"anc < 1.0\": 1, otherwise: 0, unknown: 0}'."
            self.report.add("P066", f"the item {shown(name.text)} asks nothing", name.span, hint)
        return Item(name.text, tuple(cases), elsewhere.get("otherwise", 0), elsewhere.get("unknown", 0))

    def _case(self, score: str, name: Scalar, key: Scalar, value: Node) -> Case:
        points = self._points(key, value)
        return Case(self.definitions.guard(score, name, key) if key.text.strip() else Always(), points)

    def _points(self, key: Scalar, node: Node) -> int:
        points = _points_of(node)
        if points is None:
            what = shown(node.text) if isinstance(node, Scalar) and node.text else "this"
            at = node.span if isinstance(node, Scalar) and node.text else key.span
            self.report.add("P066", f"{what} is no number of points", at, "Points are whole numbers, such as -1, 0 and 2.")
        return points or 0

    def _is_torn(self, name: Scalar, mapping: Mapping) -> bool:
        """Whether YAML tore a condition apart at a comma inside parentheses; notes it."""
        for key, _ in mapping.entries if mapping.flow else ():
            if not key.style and key.text.count("(") != key.text.count(")"):
                hint = "In braces a comma begins a new key; put each condition in double quotes."
                self.report.add("P041", f"a condition of {shown(name.text)} is split at its comma", key.span, hint)
                return True
        return False
