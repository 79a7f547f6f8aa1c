"""What is dispensed of a dose: the amount of one administration for a body size, rounded to units of the stated strengths.

It is computed after the decision and is no part of the state: what a patient is given is the dose, whatever the units.
"""

from __future__ import annotations

from fractions import Fraction

from protocol.errors import NotationError
from protocol.model.dispensing import Dispensed, Dispensing, Units
from protocol.model.protocol import Protocol
from protocol.model.quantity import exact
from protocol.model.regimen import AMOUNTS, Amount, Dose, Regimen, kind_of, regimen
from protocol.semantics.scene import Scene
from protocol.semantics.strengths import counts


def dispense(protocol: Protocol, dose: str | Regimen, size: int | float | str | Fraction | None = None) -> Dispensed | None:
    """What is dispensed for each administration of a dose under a protocol, for somebody of that body size.

    ``dose`` is the name of a level, or a regimen, also as text. ``size`` is in the unit of the protocol's ``dispensing``: kg
    or m2. None where the protocol does not say what is dispensed, or not of such a dose: a rate, a placebo, a dose in other
    units or per another body size. Raises NotationError where the dose or the size cannot be read.
    """
    if isinstance(dose, str):
        level = next((level for level in protocol.levels if level.name == dose), None)
        dose = level.regimen if level else regimen(dose)
    return None if protocol.dispensing is None else _dispensed(protocol, protocol.dispensing, dose, _size(size))


def _size(size: int | float | str | Fraction | None) -> Fraction | None:
    found = None if size is None else exact(size)
    if found is not None and found < 0:
        raise NotationError(f"{size} is not a body size", "Give a number of kg or m2.")
    return found


def dispensed(scene: Scene, dose: Dose) -> Dispensed | None:
    """What is dispensed of the dose that comes into force at a visit, with what is known there; None where nothing is."""
    protocol = scene.prepared.protocol
    found = _regimen(protocol, dose) if protocol.dispensing else None
    if protocol.dispensing is None or found is None:
        return None
    point = scene.point(protocol.dispensing.size) if protocol.dispensing.size and found.per else ()
    return _dispensed(protocol, protocol.dispensing, found, Fraction(*point) if point else None)


def _regimen(protocol: Protocol, dose: Dose) -> Regimen | None:
    """The regimen of a dose; None of no drug, and where nobody can say."""
    if dose.kind == "level":
        return protocol.level(dose.name).regimen
    try:
        return regimen(dose.name) if dose.kind == "off ladder" else None
    except NotationError:
        return None


def _dispensed(protocol: Protocol, by: Dispensing, dose: Regimen, size: Fraction | None) -> Dispensed | None:
    unit = by.strengths[0].unit
    if dose.rate or dose.is_placebo or kind_of(dose.unit) != kind_of(unit) or dose.per not in ("", _per(protocol, by)):
        return None
    if dose.per and size is None:
        return Dispensed(None, missing=by.size)
    size = size if dose.per else None
    amount = dose.amount * AMOUNTS[dose.unit] * (1 if size is None else size)
    strengths = sorted(by.strengths, key=lambda one: -one.amount * AMOUNTS[one.unit])
    weights = [one.amount * AMOUNTS[one.unit] for one in strengths]
    whole = Amount(amount / AMOUNTS[unit], unit)
    found = counts(amount, weights, by.round, by.most)
    if found is None:
        return Dispensed(whole, size=size)
    rounded = sum((count * weight for count, weight in zip(found, weights, strict=True)), Fraction(0))
    units = tuple(Units(count, strength) for count, strength in zip(found, strengths, strict=True) if count)
    return Dispensed(whole, Amount(rounded / AMOUNTS[unit], unit), units, size)


def _per(protocol: Protocol, by: Dispensing) -> str:
    """What the body size is measured in, as amounts name it: kg, m2, or nothing where there is none."""
    unit = protocol.unit_of(by.size)
    return unit if unit in ("kg", "m2") else ""
