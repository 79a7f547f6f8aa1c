"""The keys of one mapping: which it has, which it may have, and their values as texts, flags, words and durations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from attrs import field, frozen

from protocol.errors import NotationError
from protocol.language.hints import instead, listed, meant
from protocol.language.nodes import Listing, Mapping, Node, Scalar
from protocol.language.report import Report, Span, shown
from protocol.model.time import duration

LONGEST_NOTATION = 80
"""A duration, unit or dose longer than this is none; it is not looked at further."""

LONGEST_NUMBER = 28
"""Digits and signs of a number; no measurement has more."""

Word = TypeVar("Word", bound=str)


@frozen
class Fields:
    """The keys of a mapping that may have them. ``what`` names the mapping in messages; ``owner`` is where it is named."""

    report: Report
    what: str
    owner: Span
    entries: dict[str, tuple[Scalar, Node]]
    unknown: tuple[str, ...] = ()
    lost: frozenset[str] = field(default=frozenset())

    def has(self, key: str) -> bool:
        """Whether the key was written, rightly or not."""
        return key in self.entries or key in self.lost

    def said(self, keys: Iterable[str]) -> list[str]:
        """Those of the keys that were written, in the order of the file."""
        return sorted((key for key in keys if self.has(key)), key=lambda key: self.key(key).start)

    def key(self, key: str) -> Span:
        """Where the key stands."""
        return self.entries[key][0].span if key in self.entries else self.owner

    def node(self, key: str) -> Node | None:
        """The value of a key; None where there is none."""
        return self.entries[key][1] if key in self.entries else None

    def scalar(self, key: str) -> Scalar | None:
        """The text of a key with its place; None where there is none, or no text."""
        node = self.node(key)
        return None if node is None else text_node(self.report, self.entries[key][0], node)

    def text(self, key: str) -> str:
        """The text of a key, empty where there is none."""
        found = self.scalar(key)
        return found.text if found else ""

    def require(self, *keys: str, hint: str = "") -> None:
        """Notes each of the keys that is missing."""
        for key in keys:
            if not self.has(key):
                self.report.add("P023", f"{self.what} has no '{key}'", self.owner, hint or f"Add '{key}: ...'.")

    def word(self, key: str, allowed: Sequence[Word], default: Word) -> Word:
        """One of a few words."""
        found = self.scalar(key)
        return (one_of(self.report, found, allowed, f"a value of '{key}'", "Values") if found else None) or default

    def flag(self, key: str, default: bool = False) -> bool:
        """``yes`` or ``no``."""
        return self.word(key, ("yes", "no"), "yes" if default else "no") == "yes"

    def duration(self, key: str) -> int | None:
        """Minutes in a duration."""
        found = self.scalar(key)
        return None if found is None else minutes(self.report, found.text, found.span)

    def misplaced(self, keys: Sequence[str], why: str, hint: str) -> None:
        """Notes each of the keys that is there though it has no meaning here."""
        for key in keys:
            if self.has(key):
                self.report.add("P028", f"'{key}' {why}", self.key(key), hint)


def one_of(report: Report, found: Scalar, allowed: Sequence[Word], what: str, plural: str) -> Word | None:
    """The word if it is allowed; None where it is not."""
    for word in allowed:
        if word == found.text:
            return word
    report.add("P027", f"{shown(found.text)} is not {what}", found.span, instead(found.text, allowed, plural))
    return None


def shortened(text: str) -> str:
    """The text, or where it is too long for any notation its begin, made invalid by dots."""
    return text if len(text) <= LONGEST_NOTATION else f"{text[:LONGEST_NOTATION]}..."


def minutes(report: Report, text: str, at: Span) -> int | None:
    """Minutes in a duration; None where it is none."""
    try:
        return duration(shortened(text))
    except NotationError as error:
        report.add("P029", error.message, at, error.hint)
        return None


def text_node(report: Report, key: Scalar, node: Node) -> Scalar | None:
    """The node if it is a text and not empty."""
    if not isinstance(node, Scalar):
        kind = "a list" if isinstance(node, Listing) else "a mapping"
        message = f"{shown(key.text)} takes a text, not {kind}"
        report.add("P025", message, Span(node.span.start), "Write one line after the colon.")
    elif node.is_empty:
        report.add("P026", f"{shown(key.text)} has no value", key.span, "Write one after the colon, or leave the key out.")
    else:
        return node
    return None


def entries(report: Report, key: Scalar, node: Node) -> Mapping | None:
    """The node if it is a mapping and not empty."""
    if isinstance(node, Mapping) and node.entries:
        return node
    if isinstance(node, Mapping) or (isinstance(node, Scalar) and node.is_empty):
        report.add("P026", f"{shown(key.text)} is empty", key.span, "Write its entries below it, or leave the key out.")
    else:
        hint = "Write 'key: value' lines below it, indented."
        report.add("P025", f"{shown(key.text)} takes keys with values", Span(node.span.start), hint)
    return None


def fields(report: Report, what: str, key: Scalar, node: Node, allowed: Sequence[str]) -> Fields | None:
    """The keys of a node; None where it is not a mapping. Notes each key that is not allowed."""
    mapping = entries(report, key, node)
    return None if mapping is None else of_mapping(report, what, key.span, mapping, allowed)


def of_mapping(report: Report, what: str, owner: Span, mapping: Mapping, allowed: Sequence[str]) -> Fields:
    """The keys of a mapping. Notes each key that is not allowed."""
    torn, debris = _split_at_commas(report, mapping)
    found = {key.text: (key, value) for key, value in mapping.entries if key.text not in torn and key.text not in debris}
    strange = [text for text in found if text not in allowed]
    for text in strange:
        key, value = found.pop(text)
        report.add("P022", f"unknown key {shown(text)} in {what}", key.span, _right_key(mapping, text, value, allowed))
    return Fields(report, what, owner, found, tuple(strange), frozenset(torn) | _meant(strange, allowed))


def _meant(strange: list[str], allowed: Sequence[str]) -> frozenset[str]:
    """The keys that were meant by misspelled ones; to call them missing as well would tell one mistake twice."""
    return frozenset(meant(text, allowed) for text in strange) - {""}


def _right_key(mapping: Mapping, text: str, value: Node, allowed: Sequence[str]) -> str:
    if mapping.flow and isinstance(value, Scalar) and value.is_empty and not meant(text, allowed):
        return f"In braces a comma begins a new key; quote a text that holds one.  Keys: {listed(allowed)}"
    near = meant(text, allowed)
    return (f"did you mean '{near}'?  " if near else "") + f"Keys: {listed(allowed)}"


def _split_at_commas(report: Report, mapping: Mapping) -> tuple[set[str], set[str]]:
    """Keys whose unquoted text YAML tore apart at a comma inside parentheses, and the keys that it made of the rest."""
    torn: set[str] = set()
    debris: set[str] = set()
    depth = 0
    for key, value in mapping.entries if mapping.flow else ():
        if depth > 0 and isinstance(value, Scalar) and value.is_empty:
            depth += _depth(key.text)
            debris.add(key.text)
        elif isinstance(value, Scalar) and not value.style and _depth(value.text) > 0:
            depth = _depth(value.text)
            torn.add(key.text)
            message = f"the text of '{key.text}' is split at its comma"
            report.add("P041", message, value.span, "In braces a comma begins a new key; put the whole text in double quotes.")
        else:
            depth = 0
    return torn, debris


def _depth(text: str) -> int:
    return text.count("(") - text.count(")")
