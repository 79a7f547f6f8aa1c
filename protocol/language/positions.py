"""From YAML text to nodes with positions; what YAML can do beyond texts, lists and mappings is refused here.

The nodes are built from the parser's events without recursion, so that no nesting can exhaust the stack; nothing is
converted, so that ``no``, ``012`` and ``1.0`` stay the texts that they are. This is the one file that knows the YAML library.
"""

from __future__ import annotations

import re

import yaml
from attrs import define, field
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from protocol.language.nodes import Listing, Mapping, Node, Scalar
from protocol.language.report import Part, Report, Span, shown

MOST_BYTES = 1_000_000
DEEPEST = 64
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What a YAML file may not hold: control characters, lone surrogates, and line breaks that editors do not show as such.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_HALF = re.compile("[\ud800-\udfff]")

_ADVICE = (
    ("mapping values are not allowed", "Quote a text that holds ': ', and indent the keys of one mapping equally."),
    ("cannot start any token", "Indent with spaces, not tabs, and quote a text that begins with @, `, % or a tab."),
    ("expected ':'", "Each key is followed by a colon and a space."),
    ("expected ',' or", "Close each { with } and each [ with ], and quote a text that holds a comma, a brace or a bracket."),
    ("end of stream", "Close the quote with the sign that opened it."),
    ("escape", "In double quotes a backslash begins an escape; write two for one, or use single quotes."),
    ("expected alphabetic or numeric", "Quote a text that begins with & or *."),
    ("expected <block end>", "Indent the keys of one mapping equally; a quoted text ends at its closing quote."),
    ("did not find expected", "Indent the keys of one mapping equally; a quoted text ends at its closing quote."),
)

_TOO_DEEP = f"nested more than {DEEPEST} deep"
_CLOSE = "A protocol is nested 4 deep; close the brackets."


class _Refused(Exception):
    """The rest of the file cannot be read after this."""


@define
class _Open:
    """A list or mapping whose end has not come yet."""

    event: CollectionStartEvent
    children: list[Node] = field(factory=list)


@define
class _Builder:
    """Puts nodes together from events."""

    report: Report
    part: Part
    open: list[_Open] = field(factory=list)
    roots: list[Node] = field(factory=list)

    def take(self, event: Event) -> None:
        if isinstance(event, DocumentStartEvent) and self.roots:
            self._refuse("P006", "a second document begins here", event, "A file holds one protocol; remove the line '---'.")
        if isinstance(event, NodeEvent):
            self._check(event)
        if isinstance(event, ScalarEvent):
            self._put(self._scalar(event))
        elif isinstance(event, CollectionStartEvent):
            self.open.append(_Open(event))
        elif isinstance(event, CollectionEndEvent):
            self._put(self._close(self.open.pop(), event))

    def _check(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent):
            self._refuse("P004", f"'*{event.anchor}' refers to another place", event, "Write the text out where it is meant.")
        if event.anchor:
            at = Span(self._span(event).start, len(event.anchor) + 1)
            self.report.add("P004", f"'&{event.anchor}' is an anchor", at, "Write the text out where it is meant.")
        if isinstance(event, CollectionStartEvent) and len(self.open) >= DEEPEST:
            self._refuse("P003", _TOO_DEEP, event, _CLOSE)
        if isinstance(event, CollectionStartEvent | ScalarEvent) and event.tag:
            start = self._span(event).start
            tag = self.report.text[start : start + 80].split()[0]
            self.report.add(
                "P005", f"{shown(tag)} is a tag", Span(start, len(tag)), "Every value is read as its text; leave it out."
            )

    def _refuse(self, code: str, message: str, event: Event, hint: str) -> None:
        self.report.add(code, message, self._span(event), hint)
        raise _Refused

    def _put(self, node: Node) -> None:
        (self.open[-1].children if self.open else self.roots).append(node)

    def _scalar(self, event: ScalarEvent) -> Scalar:
        span = self._span(event)
        if event.style == '"' and _HALF.search(event.value):  # the pure parser lets such escapes pass
            self.report.add("P008", "an escape stands for half a character", span, "Write the character itself.")
        # The C parser writes the style of a plain scalar as '', the other one as None.
        return Scalar(event.value, span, event.style or "", bool(self.open) and bool(self.open[-1].event.flow_style))

    def _close(self, opened: _Open, end: Event) -> Node:
        first = self._span(opened.event).start
        span = Span(first, self._end(end) - first)
        if not isinstance(opened.event, MappingStartEvent):
            return Listing(tuple(opened.children), span)
        keys, values = opened.children[::2], opened.children[1::2]
        return Mapping(tuple(self._entries(keys, values)), span, bool(opened.event.flow_style))

    def _entries(self, keys: list[Node], values: list[Node]) -> list[tuple[Scalar, Node]]:
        first: dict[str, tuple[Scalar, Node]] = {}
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, Scalar):
                self.report.add("P025", "a key is a text", Span(key.span.start), "Write one line of text before the colon.")
            elif key.text in first:
                line = self.report.line(first[key.text][0].span, key.span)
                self.report.add("P021", f"{shown(key.text)} is written twice", key.span, f"It is first in {line}; keep one.")
            else:
                first[key.text] = (key, value)
        return list(first.values())

    def _span(self, event: Event) -> Span:
        start = self.part.start + (event.start_mark.index if event.start_mark else 0)
        return Span(start, max(self._end(event) - start, 0 if isinstance(event, ScalarEvent) else 1))

    def _end(self, event: Event) -> int:
        return self.part.start + (event.end_mark.index if event.end_mark else 0)


def nodes(report: Report, part: Part) -> Node | None:
    """The root of a file; None where it cannot be read, with the problems in the report."""
    if not _is_text(report, part):
        return None
    builder = _Builder(report, part)
    try:
        for event in yaml.parse(part.text, Loader=LOADER):
            builder.take(event)
    except _Refused:
        return None
    except yaml.YAMLError as error:
        _not_yaml(report, part, error)
        return None
    except (ValueError, OverflowError):  # the pure parser's, on an escape beyond the last character
        report.add("P001", "the file is not YAML", part.whole, "Write a character itself in place of its escape.")
        return None
    return _root(report, part, builder.roots)


def _is_text(report: Report, part: Part) -> bool:
    forbidden = _FORBIDDEN.search(part.text)
    if len(part.text) > MOST_BYTES or len(part.text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        report.add("P002", "the file is larger than 1 MB", part.whole, "A protocol takes some 20 kB; is this another file?")
    elif forbidden:
        sign = f"U+{ord(forbidden[0]):04X}"
        hint = "Remove it; in a text in double quotes it can be written as an escape."
        at = Span(part.start + forbidden.start())
        report.add("P008", f"the character {sign} may not stand in the file", at, hint)
    elif not part.text.strip():
        report.add("P007", "the file is empty", part.whole, _begin(report.file))
    else:
        return True
    return False


def _begin(file: str) -> str:
    what = "mapping" if file.endswith(".mapping.yaml") else "protocol"
    return f"A {what} begins with its name: '{what}: my-{what}'."


def _not_yaml(report: Report, part: Part, error: yaml.YAMLError) -> None:
    what = f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"
    opened = "quoted scalar" in what and "end of stream" in what
    mark = getattr(error, "context_mark" if opened else "problem_mark", None)
    span = Span(part.start + min(mark.index, max(0, len(part.text.rstrip()) - 1))) if mark else part.whole
    if "maximum nesting depth" in what:  # of the parser itself, which looks ahead before it tells of the first bracket
        report.add("P003", _TOO_DEEP, span, _CLOSE)
        return
    hint = next((advice for sign, advice in _ADVICE if sign in what), "Look for a missing quote, colon or bracket before it.")
    report.add("P001", "this is not YAML", span, hint)


def _root(report: Report, part: Part, roots: list[Node]) -> Node | None:
    if roots and not (isinstance(roots[0], Scalar) and roots[0].is_empty):
        return roots[0]
    report.add("P007", "the file holds only comments", part.whole, _begin(report.file))
    return None
