"""How does a command print: how wide, in colours or not, and a page as a page or as Markdown?"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from protocol.errors import visible

if TYPE_CHECKING:
    from rich.console import Console

    from protocol.language.page import Block


def width() -> int:
    """The width to print in."""
    from protocol.adapters import colours

    return colours.width(sys.stdout.isatty())


def has_colours() -> bool:
    """Whether colours are wanted: NO_COLOR says no, FORCE_COLOR yes, else they are wanted on a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    return os.environ.get("FORCE_COLOR", "0") not in ("", "0") or sys.stdout.isatty()


def show(text: str) -> None:
    """Prints text: on a terminal no line is wider than it, and in colours if they are wanted; no sign of it is obeyed."""
    text = "\n".join(visible(line) for line in text.split("\n"))
    if sys.stdout.isatty():
        text = wrapped(text, width())
    if not has_colours():
        click.echo(text)
        return
    from rich.text import Text

    from protocol.adapters.colours import COLOURS

    shown = Text(text)
    for pattern, style in COLOURS:
        shown.highlight_regex(pattern, style)
    _console().print(shown, soft_wrap=True)


def wrapped(text: str, width: int) -> str:
    """The text with its long lines broken between words, what follows set in; a long word, such as a path, stays whole.

    So do the rows of a table, which would be none any more when they are copied from there.
    """
    return "\n".join(_broken(line, width) if len(line) > width and line[0] != "|" else line for line in text.split("\n"))


def _broken(line: str, width: int) -> str:
    further = " " * (len(line) - len(line.lstrip()) + 4)
    return textwrap.fill(line, width, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)


def show_page(blocks: Iterable[Block]) -> None:
    """Prints a page: laid out on a terminal, elsewhere as Markdown."""
    if not sys.stdout.isatty():
        from protocol.language.page import to_markdown

        click.echo("\n".join(visible(line) for line in to_markdown(blocks).split("\n")), nl=False)
        return
    from protocol.commands.layout import print_page

    print_page(blocks, _console())


def _console() -> Console:
    from rich.console import Console

    if has_colours():
        return Console(force_terminal=True, highlight=False)
    return Console(color_system=None, highlight=False)
