"""Ladders of every kind of regimen, what is given once with a step on them, and the strengths in which they are dispensed."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

from protocol.model.dispensing import Dispensing, Rounding
from protocol.model.input import Input, Number
from protocol.model.ladder import generated
from protocol.model.protocol import Level
from protocol.model.regimen import Amount, amount, regimen
from protocol.model.rule import Citation
from protocol.model.time import DAY
from protocol.testing.choosing import Choose

_LEVELS = ("reduced", "starting", "middle", "escalated")
_DAILY = ("100 mg every 2 days", "100 mg every day", "200 mg every day", "400 mg every day")
_PER_SIZE = ("1 g/m2 every week", "750 mg/m2 every 12 hours", "1000 mg/m2 every 12 hours", "1.25 g/m2 every 12 hours")
_CYCLES = ("placebo every day", "10 mg every day on days 1 to 14 of 28", "10 mg every day on days 1 to 21 of 28", "10 mg daily")
_ONCE = ("25 mg once", "25 mg once", "50 mg once", "50 mg once")
_SHARES = ("25 % every day", "50 % every day", "75 % every day", "100 % every day")
_LADDERS: tuple[tuple[Level, ...], ...] = (
    *(
        tuple(Level(name, regimen(text)) for name, text in zip(_LEVELS, texts, strict=True))
        for texts in (_DAILY, _PER_SIZE, _CYCLES, _ONCE, _SHARES)
    ),
    generated(Fraction(2), Fraction(8), regimen("2 U/kg/h")),
)
_SUPPLEMENTS = {"mg": ("400 mg", "0.2 g/m2"), "g": ("400 mg/m2",), "U": ("80 U/kg", "5000 U"), "%": ("25 %",)}
_STRENGTHS = (("150 mg", "500 mg"), ("25 mg",), ("0.1 g", "40 mg"))
_ROUNDINGS: tuple[Rounding, ...] = ("nearest", "up", "down")
_BSA = Input("bsa", Number("m2", Fraction(0), Fraction(3)), 30 * DAY)


def any_ladder(choose: Choose) -> tuple[Level, ...]:
    """One to four levels, lowest first; most often of a daily dose."""
    return cast("tuple[Level, ...]", choose((_LADDERS[0], *_LADDERS))[: choose((2, 3, 1, 4))])


def any_supplement(choose: Choose, ladder: tuple[Level, ...]) -> Amount | None:
    """An amount of the drug of the ladder, or none."""
    text = choose((None, *_SUPPLEMENTS[ladder[0].regimen.unit]))
    return amount(text) if text else None


def any_dispensing(choose: Choose, ladder: tuple[Level, ...]) -> tuple[Dispensing | None, tuple[Input, ...]]:
    """How the levels are dispensed, or that nothing is said of it; and the body size that has to be measured for that."""
    if any(level.regimen.rate or level.regimen.unit == "%" for level in ladder) or choose((True, False)):
        return None, ()
    strengths = tuple(amount(text) for text in choose(_STRENGTHS))
    sizes = (_BSA,) if any(level.regimen.per for level in ladder) else ()
    source = choose((None, Citation("paper")))
    return Dispensing(strengths, choose(_ROUNDINGS), choose((None, 6)), "bsa" if sizes else "", source), sizes
