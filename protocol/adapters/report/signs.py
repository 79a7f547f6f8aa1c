"""The sign of each change of dose, of a deviation, and of how a course ends."""

from __future__ import annotations

from protocol.adapters.report.lanes import ChangeKind, Ending
from protocol.adapters.report.svg import number, path

_OUTLINES: dict[ChangeKind, str] = {
    "start": "m-1.6-3.4l5 3.4-5 3.4z",
    "resume": "m-1.6-3.4l5 3.4-5 3.4z",
    "escalate": "m-3.6 2.8l3.6-6 3.6 6z",
    "reduce": "m-3.6-2.8l3.6 6 3.6-6z",
    "hold": "m-2.8-3.2h2v6.4h-2zm3.6 0h2v6.4h-2z",
    "stop": "m-2.9-2.9h5.8v5.8h-5.8z",
    "review": "m0-3.8l3.8 3.8-3.8 3.8-3.8-3.8z",
    "other": "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z",
}
SAID: dict[ChangeKind, str] = {
    "start": "start or resume",
    "escalate": "escalate",
    "reduce": "reduce",
    "hold": "hold",
    "stop": "stop",
    "review": "review begins",
    "other": "to or from a dose off the ladder",
}
"""The signs that the legend lists."""


def change(x: float, y: float, kind: ChangeKind, words: str = "") -> str:
    """What changed."""
    return path(f"M{number(x)} {number(y)}{_OUTLINES[kind]}", "c", words)


def deviation(x: float, y: float, words: str = "") -> str:
    """That what was given was not permitted: a cross."""
    cross = "m-4-2.4l1.6-1.6 2.4 2.4 2.4-2.4 1.6 1.6-2.4 2.4 2.4 2.4-1.6 1.6-2.4-2.4-2.4 2.4-1.6-1.6 2.4-2.4z"
    return path(f"M{number(x)} {number(y)}{cross}", "dv", words)


def undecided(x: float, y: float, words: str = "") -> str:
    """That what was given was permitted or not, depending on what is missing: a ring."""
    return path(f"M{number(x)} {number(y)}m-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0-5.2 0z", "k3", words)


def ending(x: float, y: float, kind: Ending, words: str = "") -> str:
    """That treatment goes on, with drug or held: an arrow; what is stopped has its sign as a change."""
    if kind in ("stopped", "never started"):
        return ""
    return path(f"M{number(x)} {number(y)}h9m-3.5-3l3.5 3-3.5 3", "ck", words)


def cross(x: float, y: float, words: str) -> str:
    """What does not count."""
    return path(f"M{number(x - 3)} {number(y - 3)}l6 6m0-6l-6 6", "kx", words)
