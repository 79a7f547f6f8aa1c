"""In what unit a guard asks for the cumulative dose, and whether the doses of all levels add up in it."""

from __future__ import annotations

from typing import cast

from protocol.language.names import Names
from protocol.language.report import Report, Span, shown
from protocol.model.guard import CumulativeDose
from protocol.model.regimen import AMOUNTS, Per, kind_of

AN_AMOUNT = "Write an amount of drug, as in 'cumulative dose <= 200 mg'."
_ADDED = "The cumulative dose adds the doses of all levels: they are in one kind of unit, per the same body size."


def cumulative_dose(report: Report, names: Names, unit: str, at: Span) -> CumulativeDose | None:
    """The term of a cumulative dose in that unit, such as ``mg`` or ``mg/kg``; None where it is none."""
    name, _, per = unit.partition("/")
    if name not in AMOUNTS or per not in ("", "kg", "m2"):
        report.add("P067", f"{shown(unit)} is not a unit of doses", at, AN_AMOUNT)
        return None
    for level in names.levels.values():
        if level is None or level.regimen.is_placebo:
            continue
        given = level.regimen
        if (kind_of(given.unit), given.per) != (kind_of(name), per):
            report.add("P067", f"the level '{level.name}' is {given}, which is not counted in {unit}", at, _ADDED)
            return None
    return CumulativeDose(name, cast(Per, per))
