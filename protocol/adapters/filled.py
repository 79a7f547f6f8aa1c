"""How is a text broken into lines of a width? Between words only, so that a path or a value stays whole."""

from __future__ import annotations

import textwrap

LEAST = 30
"""Lines are not made shorter than this, however narrow the width."""


def filled(text: str, width: int, first: str = "", further: str | None = None) -> list[str]:
    """The text in lines; ``first`` stands before the first of them, ``further`` before the others, else four blanks more."""
    return textwrap.wrap(
        text,
        max(LEAST, width),
        initial_indent=first,
        subsequent_indent=f"{first}    " if further is None else further,
        break_long_words=False,
        break_on_hyphens=False,
    )
