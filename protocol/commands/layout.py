"""How does a page look on a terminal? Tables are tables where there is room, elsewhere their cells stand below each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text

from protocol.language.page import Block, Heading, Items, Paragraph, Table

WIDE = 120
"""From this width on there is room for a table."""
_READABLE = 120
"""Longer lines of text are hard to read."""

_INLINE = re.compile(r"\\(?P<sign>.)|`(?P<code>[^`]*)`|\*\*(?P<bold>.+?)\*\*")
_HEADINGS = {1: "bold underline", 2: "bold"}


def print_page(blocks: Iterable[Block], console: Console) -> None:
    """Prints the page as wide as the console is."""
    for number, block in enumerate(blocks):
        if number:
            console.print()
        console.print(laid_out(block, console.width))


def laid_out(block: Block, width: int) -> RenderableType:
    """The block as rich shows it."""
    text_width = min(width, _READABLE)
    match block:
        case Heading(depth, text):
            return inline(text, _HEADINGS.get(depth, "italic"))
        case Paragraph(text):
            return _narrowed(inline(text), width - text_width)
        case Items(items):
            return _narrowed(Group(*(_item(item) for item in items)), width - text_width)
        case Table():
            return _grid(block) if width >= WIDE else Group(*_stacked(block))


def inline(markdown: str, style: str = "") -> Text:
    """A line of our Markdown, in which there are names, bold words and escaped signs."""
    text, end = Text(style=style), 0
    for match in _INLINE.finditer(markdown):
        text.append(markdown[end : match.start()])
        shown, how = next((match[kind], how) for kind, how in (("sign", ""), ("code", "cyan"), ("bold", "bold")) if match[kind])
        text.append(shown, how)
        end = match.end()
    return text.append(markdown[end:])


def _narrowed(shown: RenderableType, by: int) -> RenderableType:
    return Padding(shown, (0, by, 0, 0))


def _item(text: str) -> RenderableType:
    grid = Grid.grid(padding=(0, 1, 0, 0))
    grid.add_column()
    grid.add_column(overflow="fold")
    grid.add_row("-", inline(text))
    return grid


def _grid(table: Table) -> RenderableType:
    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in table.columns:
        grid.add_column(column, overflow="fold")
    for row in table.rows:
        grid.add_row(*(inline(cell) for cell in row))
    return grid


def _stacked(table: Table) -> Iterator[RenderableType]:
    """Each row: its name in one line, and below it the other cells, each with its column."""
    labels = table.columns[table.name + 1 :]
    for row in table.rows:
        yield inline("  ".join(row[: table.name + 1]), "bold")
        grid = Grid.grid(padding=(0, 2, 0, 0))
        grid.add_column(min_width=max(map(len, labels), default=0), no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for column, cell in zip(labels, row[table.name + 1 :], strict=True):
            if cell:
                grid.add_row(column, inline(cell))
        yield Padding(grid, (0, 0, 0, 3))
