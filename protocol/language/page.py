"""A page is headings, paragraphs, lists and tables; what stands in them is Markdown text, and so is the whole of it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from attrs import frozen

# Signs that mean something inside a line of Markdown. A "<" or "&" means something only before a tag or an entity.
_SPECIAL = re.compile(r"[\\`*_\[\]|~]|#+$|<(?=[A-Za-z/!?])|&(?=#|\w+;)")


@frozen
class Heading:
    """A heading; 1 is that of the page."""

    depth: int
    text: str


@frozen
class Paragraph:
    """A paragraph, in one line."""

    text: str


@frozen
class Items:
    """A list."""

    items: tuple[str, ...]


@frozen
class Table:
    """A table; each row has a cell for each column. The cells of the column ``name`` name their rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name: int = 0


Block = Heading | Paragraph | Items | Table


def plain(text: str) -> str:
    """A text in one line that means itself in Markdown."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def sentence(text: str) -> str:
    """The text, with a full stop if it ends in nothing that closes a sentence."""
    said = plain(text)
    return said if said.endswith((".", "!", "?")) else f"{said}."


def code(text: str) -> str:
    """A text as it is written in a protocol; it holds neither backticks nor the stroke that parts cells."""
    return f"`{text}`" if "`" not in text and "|" not in text else plain(text)


def to_markdown(blocks: Iterable[Block]) -> str:
    """The page as Markdown, with an empty line between its parts."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(depth, text):
            return [f"{'#' * depth} {text}"]
        case Paragraph(text):
            return [text]
        case Items(items):
            return [f"- {item}" for item in items]
        case Table(columns, rows):
            return [_row(columns), _row("---" for _ in columns), *(_row(row) for row in rows)]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
