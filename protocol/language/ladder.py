"""The ladder: its levels, listed or generated (``doses: 2 to 40 by 1 U/kg/h``), its ends, and a supplement to a dose of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from protocol.errors import NotationError
from protocol.language.declarations import named, read_level
from protocol.language.fields import Fields, fields, shortened
from protocol.language.names import RESERVED_LEVELS
from protocol.language.nodes import Scalar
from protocol.language.report import Report, shown
from protocol.model.ladder import generated
from protocol.model.protocol import End, LadderEnds, Level
from protocol.model.quantity import exact
from protocol.model.regimen import Amount, amount, is_mass, regimen

_GENERATED = re.compile(r"(?P<low>[0-9.]+) to (?P<high>[0-9.]+) by (?P<step>.+)".replace(" ", r"\s+"))
_UNITS_BETWEEN = re.compile(r"(?<=[0-9])\s*[A-Za-z]\S*\s+(?=to |by )")
_FORMS = "Write 'doses: 2 to 40 by 1 U/kg/h', or list the levels below 'doses:', lowest first, as 'name: 100 mg every day'."
ENDS_KEYS = ("lowest", "highest")
ENDS: tuple[End, ...] = ("printed", "ours")


def read_ladder(report: Report, top: Fields) -> dict[str, Level | None] | None:
    """The levels under ``doses`` by name, lowest first; None where it is not known which there are."""
    node = top.node("doses")
    if isinstance(node, Scalar) and not node.is_empty:
        return _generated(report, node)
    return named(report, top, "doses", "a dose level", partial(read_level, report), RESERVED_LEVELS)


def _generated(report: Report, text: Scalar) -> dict[str, Level | None] | None:
    match = _GENERATED.fullmatch(shortened(text.text))
    if match is None:
        once = _UNITS_BETWEEN.sub(" ", shortened(text.text))
        hint = f"Write the unit once: '{once}'." if _GENERATED.fullmatch(once) else _FORMS
        report.add("P070", f"{shown(text.text)} is not a ladder", text.span, hint)
        return None
    try:
        step = regimen(match["step"])
    except NotationError as error:
        report.add("P032", error.message, text.span, error.hint)
        return None
    try:
        return {level.name: level for level in generated(exact(match["low"]), exact(match["high"]), step)}
    except NotationError as error:
        report.add("P071", error.message, text.span, error.hint)
        return None


def read_ends(report: Report, top: Fields) -> LadderEnds:
    """Which ends of the ladder are ours; printed where nothing is said."""
    node = top.node("ladder ends")
    found = fields(report, "'ladder ends'", top.entries["ladder ends"][0], node, ENDS_KEYS) if node else None
    if found is None:
        return LadderEnds()
    return LadderEnds(found.word("lowest", ENDS, "printed"), found.word("highest", ENDS, "printed"))


def read_supplement(report: Report, found: Fields, levels: Iterable[Level | None]) -> Amount | None:
    """The ``supplement`` of a rule: an amount without interval, in units in which some level of the ladder is."""
    text = found.scalar("supplement")
    if text is None:
        return None
    try:
        read = amount(shortened(text.text))
    except NotationError as error:
        report.add("P072", error.message, text.span, error.hint)
        return None
    units = dict.fromkeys(level.regimen.unit for level in levels if level)
    if units and is_mass(read.unit) not in {is_mass(unit) for unit in units}:
        hint = f"Write it in {' or '.join(units)}, as the levels are."
        report.add("P073", f"the supplement is in {read.unit}, and no dose level is", text.span, hint)
    return read
