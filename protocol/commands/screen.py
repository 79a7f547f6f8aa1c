"""How does a command print: how wide, and in colours or not?"""

from __future__ import annotations

import os
import sys

import click


def width() -> int:
    """The width to print in."""
    from protocol.adapters import colours

    return colours.width(sys.stdout.isatty())


def show(text: str) -> None:
    """Prints text, in colours if somebody sees them."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        click.echo(text)
        return
    from rich.console import Console
    from rich.text import Text

    from protocol.adapters.colours import COLOURS

    shown = Text(text)
    for pattern, style in COLOURS:
        shown.highlight_regex(pattern, style)
    Console(soft_wrap=True).print(shown)
