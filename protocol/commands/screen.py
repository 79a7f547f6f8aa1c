"""How does a command print: how wide, in colours or not, and a page as a page or as Markdown?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

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
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def show(text: str) -> None:
    """Prints text, in colours if they are wanted."""
    if not has_colours():
        click.echo(text)
        return
    from rich.text import Text

    from protocol.adapters.colours import COLOURS

    shown = Text(text)
    for pattern, style in COLOURS:
        shown.highlight_regex(pattern, style)
    _console().print(shown, soft_wrap=True)


def show_page(blocks: Iterable[Block]) -> None:
    """Prints a page: laid out on a terminal, elsewhere as Markdown."""
    if not sys.stdout.isatty():
        from protocol.language.page import to_markdown

        click.echo(to_markdown(blocks), nl=False)
        return
    from protocol.commands.layout import print_page

    print_page(blocks, _console())


def _console() -> Console:
    from rich.console import Console

    if has_colours():
        return Console(force_terminal=True, highlight=False)
    return Console(color_system=None, highlight=False)
