"""How texts, flags and mappings are written in canonical YAML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from protocol.model.rule import Citation

Pair = tuple[str, str]

# A text that means itself without quotes, in braces as well; anything else is quoted.
_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 .;/*+<>=^_%'-]*[A-Za-z0-9.;/*+<>=^_%'-])?")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def quoted(text: str) -> str:
    """The text as a YAML scalar that reads back as it is: plain where that is safe, else in double quotes with escapes."""
    return text if _PLAIN.fullmatch(text) else in_quotes(text)


def in_quotes(text: str) -> str:
    """The text in double quotes, with escapes."""
    return '"' + "".join(_ESCAPES.get(sign) or (sign if sign.isprintable() else _escape(sign)) for sign in text) + '"'


def _escape(sign: str) -> str:
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def braces(pairs: Iterable[Pair]) -> str:
    """Keys with their values on one line."""
    return "{" + ", ".join(f"{key}: {value}" if value else key for key, value in pairs) + "}"


def texts(**texts: str) -> Iterator[Pair]:
    """The texts that are not empty."""
    return ((key, quoted(text)) for key, text in texts.items() if text)


def flags(**flags: bool) -> Iterator[Pair]:
    """The flags that are set."""
    return ((key.replace("_", " "), "yes") for key, flag in flags.items() if flag)


def citation(cited: Citation) -> str:
    """A source, and the place in it after a comma."""
    return f"{cited.source}, {cited.place}" if cited.place else cited.source
