"""The few shapes of SVG that the figures are made of, written as short as they can be."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import Literal

Anchor = Literal["", "m", "e"]
"""Where a text stands to its point: right of it, around it (middle), left of it (end)."""

Point = tuple[float, float]

_NO_LETTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no file of XML may hold."""


def number(value: float) -> str:
    """A coordinate with a tenth of a unit, which is finer than any printer."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def tag(name: str, style: str, inside: str = "", **places: float) -> str:
    """An element of that style with its coordinates; ``inside`` is markup."""
    attributes = "".join(f' {key}="{number(value)}"' for key, value in places.items())
    shown = f' class="{style}"' if style else ""
    return f"<{name}{shown}{attributes}>{inside}</{name}>" if inside else f"<{name}{shown}{attributes}/>"


def title(words: str) -> str:
    """What is shown when somebody points at the element that holds it."""
    return f"<title>{html.escape(words, quote=False)}</title>" if words else ""


def box(x: float, y: float, width: float, height: float, style: str, words: str = "") -> str:
    """A rectangle."""
    return tag("rect", style, title(words), x=x, y=y, width=max(width, 0), height=height)


def line(x1: float, y1: float, x2: float, y2: float, style: str, words: str = "") -> str:
    """A straight line."""
    end = f"H{number(x2)}" if y1 == y2 else f"V{number(y2)}" if x1 == x2 else f"L{number(x2)} {number(y2)}"
    return path(f"M{number(x1)} {number(y1)}{end}", style, words)


def path(d: str, style: str, words: str = "") -> str:
    """Any outline."""
    inside = title(words)
    return f'<path class="{style}" d="{d}">{inside}</path>' if inside else f'<path class="{style}" d="{d}"/>'


def joined(points: Iterable[Point]) -> str:
    """A line through points, as the outline of a path."""
    drawn: list[str] = []
    last = ("", "")
    for x, y in points:
        now = number(x), number(y)
        if now != last:
            drawn.append(_move(last, now) if drawn else f"M{now[0]} {now[1]}")
        last = now
    return "".join(drawn)


def _move(last: tuple[str, str], now: tuple[str, str]) -> str:
    if last[0] == now[0]:
        return f"V{now[1]}"
    return f"H{now[0]}" if last[1] == now[1] else f"L{now[0]} {now[1]}"


def dots(points: Iterable[Point]) -> str:
    """Points that a round end of a line makes visible."""
    return "".join(f"M{number(x)} {number(y)}h0" for x, y in points)


def words(x: float, y: float, said: str, style: str = "", anchor: Anchor = "", tip: str = "") -> str:
    """A text."""
    shown = " ".join(part for part in (style, anchor) if part)
    return tag("text", shown, html.escape(said, quote=False) + title(tip), x=x, y=round(y))


def column(x: float, lines: Iterable[tuple[float, str]], style: str) -> str:
    """Texts under each other, each at its height."""
    inside = "".join(f'<text y="{round(y)}">{html.escape(said, quote=False)}</text>' for y, said in lines)
    return f'<g class="{style}" transform="translate({number(x)} 0)">{inside}</g>'


def row(y: float, places: Iterable[tuple[float, str]], style: str) -> str:
    """Texts beside each other, each at its place."""
    inside = "".join(f'<text x="{number(x)}">{html.escape(said, quote=False)}</text>' for x, said in places)
    return f'<g class="{style}" transform="translate(0 {number(y)})">{inside}</g>'


def group(inside: str, y: float) -> str:
    """What is drawn from its own origin, moved down."""
    return f'<g transform="translate(0 {number(y)})">{inside}</g>'


def link(target: str, inside: str) -> str:
    """What leads to another place of the same page."""
    return f'<a href="#{html.escape(target)}">{inside}</a>'


def figure(width: float, height: float, said: str, inside: str) -> str:
    """A whole figure; ``said`` says what it shows to who cannot see it."""
    size = f'viewBox="0 0 {number(width)} {number(height)}"'
    return f'<svg {size} role="img" aria-label="{html.escape(said)}">{inside}</svg>'


def stacked(drawn: str, below: str) -> str:
    """One figure of two, the second below the first."""
    (wide, high), inner = _size(drawn), drawn.partition(">")[2].removesuffix("</svg>")
    added, lower = _size(below)[1], below.partition(">")[2].removesuffix("</svg>")
    said = html.unescape(drawn.partition('aria-label="')[2].partition('"')[0])
    return figure(wide, high + added, said, f"{inner}{group(lower, high)}")


def _size(drawn: str) -> tuple[float, float]:
    _, _, wide, high = drawn.partition('viewBox="')[2].partition('"')[0].split()
    return float(wide), float(high)


def alone(drawn: str, style: str) -> str:
    """A figure as a file of its own, with the style sheet inside and a white ground. What is no letter of XML is shown as one."""
    head, _, rest = (
        _NO_LETTER.sub("\N{REPLACEMENT CHARACTER}", drawn)
        .replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        .partition(">")
    )
    width, height = (number(length) for length in _size(head))
    ground = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head} width="{width}" height="{height}"><style>{style}</style>{ground}{rest}\n'
    )
