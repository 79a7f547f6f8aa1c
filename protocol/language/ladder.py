"""The ladder: its levels, listed or generated (``doses: 2 to 40 by 1 U/kg/h``), its ends, and a supplement to a dose of it.

A level that is written as a share of another one (``75% of full``) is the regimen that this makes, and is printed as that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from attrs import evolve

from protocol.errors import NotationError
from protocol.language.declarations import named
from protocol.language.fields import LONGEST_NUMBER, Fields, fields, shortened, text_node
from protocol.language.hints import instead
from protocol.language.names import RESERVED_LEVELS
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.report import Report, shown
from protocol.model.ladder import generated
from protocol.model.protocol import End, LadderEnds, Level
from protocol.model.quantity import exact, say_number
from protocol.model.regimen import Amount, Regimen, amount, kind_of, regimen

_GENERATED = re.compile(r"(?P<low>[0-9.]+) to (?P<high>[0-9.]+) by (?P<step>.+)".replace(" ", r"\s+"))
_SHARE = re.compile(r"(?P<share>[0-9.]+)\s*%\s*of\s+(?P<level>\S+)")
_UNITS_BETWEEN = re.compile(r"(?<=[0-9])\s*[A-Za-z]\S*\s+(?=to |by )")
_FORMS = "Write 'doses: 2 to 40 by 1 U/kg/h', or list the levels below 'doses:', lowest first, as 'name: 100 mg every day'."
ENDS_KEYS = ("lowest", "highest")
ENDS: tuple[End, ...] = ("printed", "ours")


def read_ladder(report: Report, top: Fields) -> dict[str, Level | None] | None:
    """The levels under ``doses`` by name, lowest first; None where it is not known which there are."""
    node = top.node("doses")
    if isinstance(node, Scalar) and not node.is_empty:
        return _generated(report, node)
    written = {name.text: value for name, value in node.entries} if isinstance(node, Mapping) else {}
    return named(report, top, "doses", "a dose level", partial(_level, report, written), RESERVED_LEVELS)


def _level(report: Report, written: dict[str, Node], name: Scalar, node: Node) -> Level | None:
    """``name: 100 mg every 2 days``, or ``name: 75% of full``."""
    text = text_node(report, name, node)
    if text is None:
        return None
    share = _SHARE.fullmatch(shortened(text.text))
    try:
        found = _share_of(report, written, share, text) if share else regimen(shortened(text.text))
    except NotationError as error:
        report.add("P032", error.message, text.span, error.hint)
        return None
    return Level(name.text, found) if found else None


def _share_of(report: Report, written: dict[str, Node], share: re.Match[str], text: Scalar) -> Regimen | None:
    """That much of the regimen of another level; None where that is not known."""
    level = share["level"]
    if level not in written:
        report.add("P013", f"unknown dose level {shown(level)}", text.span, instead(level, written, "Doses"))
        return None
    other = written[level]
    if not isinstance(other, Scalar):
        return None
    if _SHARE.fullmatch(shortened(other.text)):
        hint = "Write it as a share of a level that has a regimen."
        raise NotationError(f"the level '{level}' is itself a share of another one", hint)
    try:
        whole = regimen(shortened(other.text))
    except NotationError:
        return None  # said where that level stands
    part = whole.amount * exact(share["share"]) / 100
    if (part <= 0 and not whole.is_placebo) or len(say_number(part)) > LONGEST_NUMBER:
        raise NotationError(f"{shown(text.text)} is no dose that can be given", "Write the regimen that is meant.")
    return evolve(whole, amount=part)


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
    units = dict.fromkeys(level.regimen.unit for level in levels if level and not level.regimen.is_placebo)
    if units and kind_of(read.unit) not in {kind_of(unit) for unit in units}:
        hint = f"Write it in {' or '.join(units)}, as the levels are."
        report.add("P073", f"the supplement is in {read.unit}, and no dose level is", text.span, hint)
    return read
