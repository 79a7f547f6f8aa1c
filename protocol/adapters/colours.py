"""Which words of our texts stand out on a terminal, and how wide text is there."""

from __future__ import annotations

import shutil

COLOURS = (
    (r"(?m)^.*DEVIATION.*$|(?m:^(?:failed|wrong|fails|holds now)\b)|\bfinding [A-Z]\d+", "bold red"),
    (r"(?<![\w-])(?:undecided|provisional|Unverified|missing|Vacuous)(?![\w-])", "yellow"),  # and no part of a name
    (r"(?m:^(?:not confirmed|unfinished|expected|waived|accepted)\b)|(?m:^Interrupted\b)", "yellow"),
    (r"(?m:^ok\b|^holds\b(?! now))", "green"),
)
"""Patterns and the style of what they match."""

PIPED = 100


def width(terminal: bool) -> int:
    """How wide text is to be: as the terminal, within what can be read well; 100 when piped."""
    return max(40, min(shutil.get_terminal_size((PIPED, 24)).columns, 120)) if terminal else PIPED
