"""Exact numbers and the units they may have; this is the one file that converts either.

A number is a rational. A float becomes the decimal of its 15 significant digits, so that 0.1 + 0.2 read from a file
is 0.3 and no threshold is missed by noise.
"""

from __future__ import annotations

import math
import operator
import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from attrs import frozen

from protocol.errors import NotationError, unfit

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_MAX_DIGITS = 40
_MOST_DIGITS = 1050
"""Of a number, before or after the point; what can be written as text, and every float, has fewer."""


def exact(value: int | float | str | Decimal | Fraction) -> Fraction:
    """The value as a rational; raises NotationError on NaN, infinities and text that is not a plain number."""
    if isinstance(value, bool):
        raise NotationError(f"{value} is not a number", "Write digits.")
    if isinstance(value, float):
        return _from_float(value)
    if isinstance(value, str):
        return _from_text(value)
    if isinstance(value, Decimal):
        return _from_decimal(value)
    return _of_digits(value if isinstance(value, Fraction) else _whole(value))


def _whole(value: object) -> Fraction:
    try:
        return Fraction(operator.index(value))  # type: ignore[arg-type]
    except TypeError:
        raise unfit("a value", value, "a number (int, float, Decimal or Fraction) or a text") from None


def _from_decimal(value: Decimal) -> Fraction:
    if not value.is_finite():
        raise NotationError(f"{value} is not a finite number", "Leave an unknown value empty.")
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)  # of a number that is finite
    if abs(exponent) > _MOST_DIGITS:
        raise NotationError("a number of so many digits is no value", "Write it as it was measured.")
    return _of_digits(Fraction(value))


def _of_digits(value: Fraction) -> Fraction:
    """The number itself; what cannot be written down as text, or takes seconds to, is none that was measured."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 3500:
        raise NotationError("a number of so many digits is no value", "Write it as it was measured.")
    return value


# Laboratories round, so the same few hundred values come again and again.
@lru_cache(maxsize=8_192)
def _from_float(value: float) -> Fraction:
    if not math.isfinite(value):
        raise NotationError(f"{value} is not a finite number", "Leave an unknown value empty.")
    return Fraction(f"{value:.15g}")


def _from_text(text: str) -> Fraction:
    stripped = text.strip()
    if "," in stripped:
        raise NotationError(f"'{stripped}' has a comma", "Write a decimal point, and no thousands separator.")
    if len(stripped) > _MAX_DIGITS or _NUMBER.fullmatch(stripped) is None:
        raise NotationError(f"'{stripped[:_MAX_DIGITS]}' is not a number", "Write digits with a decimal point, such as 1.5.")
    return Fraction(stripped)


def how_many(count: int, noun: str) -> str:
    """``1 state``, ``2,304 pairs of states``."""
    first, of, rest = noun.partition(" ")
    return f"{count:,} {first}{'' if count == 1 else 's'}{of}{rest}"


def say_number(value: Fraction) -> str:
    """The shortest exact notation: ``1.5``, ``400``, or ``1/3`` where no decimal is exact."""
    if value.denominator == 1:
        return str(value.numerator)
    twos, fives = _times(value.denominator, 2), _times(value.denominator, 5)
    if 2**twos * 5**fives != value.denominator:
        return f"{value.numerator}/{value.denominator}"
    # In whole numbers, because a decimal quotient is rounded to the digits of the caller's decimal context.
    places = max(twos, fives)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _times(number: int, prime: int) -> int:
    count = 0
    while number % prime == 0:
        number, count = number // prime, count + 1
    return count


@frozen
class Unit:
    """A unit of the allow-list: what it measures and how many of the canonical unit of that it is."""

    name: str
    measures: str
    factor: Fraction


# UCUM codes. Factors are exact definitions (litre, gram, mole), never analyte-specific:
# mg/dL and umol/L do not convert into each other, because that takes a molar mass.
_DEFINITIONS = (
    ("10*9/L", "number per volume", Fraction(1)),
    ("10*6/L", "number per volume", Fraction(1, 1000)),
    ("10*3/uL", "number per volume", Fraction(1)),
    ("/uL", "number per volume", Fraction(1, 1000)),
    ("/mm3", "number per volume", Fraction(1, 1000)),
    ("g/L", "mass per volume", Fraction(1)),
    ("g/dL", "mass per volume", Fraction(10)),
    ("mg/dL", "mass per volume", Fraction(1, 100)),
    ("mg/L", "mass per volume", Fraction(1, 1000)),
    ("ng/mL", "mass per volume", Fraction(1, 1000000)),
    ("mmol/L", "amount per volume", Fraction(1)),
    ("umol/L", "amount per volume", Fraction(1, 1000)),
    ("U/L", "catalytic activity per volume", Fraction(1)),
    ("%", "proportion", Fraction(1)),
    ("1", "number", Fraction(1)),
    ("kg", "mass", Fraction(1)),
    ("g", "mass", Fraction(1, 1000)),
    ("m2", "area", Fraction(1)),
    ("Cel", "temperature", Fraction(1)),
    ("s", "clotting time", Fraction(1)),
    ("ms", "clotting time", Fraction(1, 1000)),
    ("mm[Hg]", "pressure", Fraction(1)),
    ("weeks", "expected time", Fraction(7)),
    ("days", "expected time", Fraction(1)),
)
UNITS = {name: Unit(name, measures, factor) for name, measures, factor in _DEFINITIONS}

# The same unit in other spelling; each is unambiguous in laboratory reports.
SPELLINGS = {
    "10^9/L": "10*9/L", "x10^9/L": "10*9/L", "x 10^9/L": "10*9/L", "10e9/L": "10*9/L", "G/L": "10*9/L",
    "10^6/L": "10*6/L", "10^3/uL": "10*3/uL", "x10^3/uL": "10*3/uL",
    "cells/uL": "/uL", "/µL": "/uL", "cells/mm3": "/mm3", "/mm^3": "/mm3",
    "IU/L": "U/L", "µmol/L": "umol/L", "°C": "Cel", "mmHg": "mm[Hg]",
    # The micro sign above and the Greek letter here look alike and are two characters.
    "/μL": "/uL", "μmol/L": "umol/L",
}  # fmt: skip

# What laboratories print and what is probably meant. It is asked, never assumed: the letters mean other things elsewhere.
_MEANT = {
    "k/ul": "10*3/uL", "k/mm3": "10*3/uL", "k/mcl": "10*3/uL", "thou/ul": "10*3/uL", "/mcl": "/uL",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s",
}  # fmt: skip

# What is counted, and times too long for the units of time here.
_NO_UNIT = {
    "year", "years", "yr", "yrs", "month", "months", "count", "counts", "number", "points", "score", "ratio", "times", "episodes",
}  # fmt: skip


def unit(name: str) -> Unit:
    """The unit of that name; raises NotationError with the allow-list for any other."""
    stripped = name.strip()
    found = UNITS.get(SPELLINGS.get(stripped, stripped))
    if found is None:
        raise NotationError(f"'{stripped}' is not a unit of the allow-list", f"{_question(stripped)}Units: {', '.join(UNITS)}.")
    return found


def _question(name: str) -> str:
    """Whether another unit was meant: one that differs in capital letters only, or what laboratories mean by this."""
    alike = {known.lower(): known for known in (*SPELLINGS, *UNITS)}
    if name.lower() in _NO_UNIT:
        return f"'{name}' has no unit here: write '1'.  "
    near = _MEANT.get(name.lower()) or alike.get(name.lower())
    return f"did you mean '{SPELLINGS.get(near, near)}'?  " if near else ""


def convert(value: Fraction, from_unit: str, to_unit: str) -> Fraction:
    """The value in another unit of the same kind; raises NotationError where no exact factor exists."""
    source, target = unit(from_unit), unit(to_unit)
    if source.measures != target.measures:
        raise NotationError(
            f"'{from_unit}' ({source.measures}) does not convert into '{to_unit}' ({target.measures})",
            f"Give the value in {to_unit}.",
        )
    return value * source.factor / target.factor
