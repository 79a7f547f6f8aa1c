"""Which values an ``expect`` column may have: those that some decision of the protocol can have."""

from __future__ import annotations

import re
from typing import get_args

from protocol.adapters.problems import Cell, Problems, did_you_mean, quoted
from protocol.adapters.sheet import Expectation
from protocol.model.decision import DeviationKind
from protocol.model.ladder import folded
from protocol.model.protocol import Protocol
from protocol.model.rule import ACTIONS, CONTROLS, STATUSES

NONE = "-"


def expectation(cell: Cell, column: str, protocol: Protocol, problems: Problems) -> Expectation | None:
    """What a cell expects; None if it is empty or was reported."""
    if not cell.text:
        return None
    for word in _words(cell.text, column):
        known = _known(column, protocol)
        if known and word not in known:
            message = f"no decision of this protocol has the {column} {quoted(word)}"
            problems.report("C040", cell.part(word), message, did_you_mean(word, known, "Expect", _shown(known, protocol)))
            return None
    return Expectation(column, cell.text, cell.line, cell.column)


def _shown(known: tuple[str, ...], protocol: Protocol) -> tuple[str, ...]:
    """The words with the levels among them as the ladder has them, lowest first."""
    ladder = [level.name for level in protocol.levels]
    if not set(ladder) <= set(known):
        return ()
    return (*folded(ladder, ladder), *sorted(set(known) - set(ladder)))


def _words(text: str, column: str) -> tuple[str, ...]:
    if column == "permitted":
        return (text.partition(":")[0].strip(),)
    if column in ("may", "missing", "reasons", "monitoring", "conflict", "deviation"):
        return tuple(word.strip() for word in text.split(","))
    if column == "dispensed":
        return tuple(_STRENGTH.findall(text))
    return (text.partition(" by ")[0],) if column == "state" else (text,)


_STRENGTH = re.compile(r"[0-9]+ x ([^,)]+)")


def _known(column: str, protocol: Protocol) -> tuple[str, ...]:
    """The words that a column can have; none listed means that any may be."""
    rules = (*(rule.name for rule in protocol.rules), *(table.name for table in protocol.tables))
    doses = (*(level.name for level in protocol.levels), "none", "off ladder")
    return {
        "action": ACTIONS,
        "dose": doses,
        "recommended": (*doses, NONE),
        "supplement": (*(str(rule.supplement) for rule in protocol.rules if rule.supplement), NONE),
        "rule": (*rules, NONE),
        "status": STATUSES,
        "state": CONTROLS,
        "permitted": ("every", "some", "none", NONE),
        "date": ("depends", "same"),
        "may": (*rules, NONE),
        "silent": ("yes", "no"),
        "conflict": (*(name for name in rules if "." in name), *(table.name for table in protocol.tables), NONE),
        "monitoring": (*(entry.name for entry in protocol.monitoring), NONE),
        "deviation": (*get_args(DeviationKind), NONE),
        "dispensed": (*(str(one) for one in protocol.dispensing.strengths), NONE) if protocol.dispensing else (NONE,),
    }.get(column, ())
