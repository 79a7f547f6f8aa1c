"""One rule: where it applies, when, what it does, and what it rests on."""

from __future__ import annotations

from collections.abc import Collection

from protocol.language.fields import Fields, entries, fields, text_node
from protocol.language.guards import read_guard
from protocol.language.ladder import read_supplement
from protocol.language.names import Names
from protocol.language.nodes import Listing, Mapping, Node, Scalar, located
from protocol.language.phrases import check_allowed, read_action, read_where
from protocol.language.report import Report, shown
from protocol.model.guard import Always
from protocol.model.rule import ACTIONS, Action, ActionKind, Citation, Rule, Where

RULE_KEYS = (
    "in", "when", "must", "may", "recommended", "again", "on hold", "under", "supplement", "source", "says",
    "note", "unverified", "waiver", "before",
)  # fmt: skip


def rule_kinds(node: Node) -> frozenset[ActionKind] | None:
    """What a rule can do, by its action and what follows ``else``, before the rule can be read."""
    for key, value in node.entries if isinstance(node, Mapping) else ():
        if key.text in ("must", "may") and isinstance(value, Scalar):
            return kinds_of(value.text) or None
    return None


def kinds_of(action: str) -> frozenset[ActionKind]:
    """What the text of an action begins with, and what follows ``else`` in it."""
    words = action.replace(",", " ").split()
    kinds = {*words[:1], *(words[-1:] if words[-2:-1] == ["else"] else ())}
    return frozenset(kind for kind in ACTIONS if kind in kinds)


def read_rule(report: Report, names: Names, name: Scalar, node: Node) -> Rule | None:
    """One entry of ``rules``; None where it could not be read."""
    found = fields(report, f"rule {shown(name.text)}", name, node, RULE_KEYS)
    if found is None:
        return None
    found.misplaced(("before",), "goes with a file that amends another", "Remove it, and put the rule where it belongs.")
    found.require("in", hint="Add 'in: on treatment', or another state.")
    found.require("when", hint="Add 'when: \"...\"', or 'when: always'.")
    where = read_places(report, names, found)
    condition = found.node("when")
    guard = read_guard(report, names, condition, found.entries["when"][0]).guard if condition else Always()
    action = _action(report, names, found, where)
    _check_flags(found, action, where)
    return Rule(
        name.text,
        where,
        guard,
        "may" if found.has("may") else "must",
        action or Action("continue"),
        recommended=found.flag("recommended"),
        again=_is_step(action) and found.flag("again"),
        once=_is_hold(action) and not found.flag("again", default=True),
        on_hold=found.flag("on hold", default=True),
        under=read_under(report, names, found),
        supplement=read_supplement(report, found, names.levels.values()),
        source=read_citation(report, names, found),
        says=found.text("says"),
        note=found.text("note"),
        unverified=found.text("unverified"),
        waiver=found.text("waiver"),
    )


def read_places(report: Report, names: Names, found: Fields, stopped: bool = False) -> tuple[Where, ...]:
    """The places under ``in``, one or several; ``stopped`` only where something can still be done after treatment."""
    node = found.node("in")
    if node is None:
        return ()
    if isinstance(node, Listing) and not node.items:
        report.add("P026", "'in' is empty", found.key("in"), "Write a state, such as 'on treatment'.")
    items = node.items if isinstance(node, Listing) else (node,)
    texts = [text_node(report, found.entries["in"][0], item) for item in items]
    read = [read_where(report, names, text, stopped) for text in texts if text]
    return tuple(where for where in read if where)


def _action(report: Report, names: Names, found: Fields, where: tuple[Where, ...]) -> Action | None:
    if found.has("must") and found.has("may"):
        second = found.said(("must", "may"))[1]
        report.add("P024", f"{found.what} has both 'must' and 'may'", found.key(second), "Keep one: must orders, may permits.")
        return None
    if not found.has("must") and not found.has("may"):
        report.add("P023", f"{found.what} has no 'must' or 'may'", found.owner, "Add 'must: hold', or another action.")
        return None
    text = found.scalar("may" if found.has("may") else "must")
    action = read_action(report, names, text) if text else None
    if text and action:
        check_allowed(report, action, where, text)
    return action


def _check_flags(found: Fields, action: Action | None, where: tuple[Where, ...]) -> None:
    if found.has("must") and not found.has("may"):
        found.misplaced(("recommended",), "goes with 'may' only", "Remove it: what a rule orders is recommended.")
    if action:
        check_fitting(found, {action.kind}, stops=action.kind == "stop" and any(one.control == "on treatment" for one in where))


def _is_step(action: Action | None) -> bool:
    return action is not None and action.kind in ("escalate", "reduce")


def _is_hold(action: Action | None) -> bool:
    return action is not None and action.kind == "hold"


def check_fitting(found: Fields, kinds: Collection[ActionKind], stops: bool) -> None:
    """Notes keys that fit none of these actions; ``stops``: one of them is a stop on treatment."""
    if not {"escalate", "reduce", "hold"} & set(kinds):
        why = "goes with 'escalate', 'reduce' and 'hold' only"
        found.misplaced(("again",), why, "Remove it: only a step uses up its reading, and a hold that says 'again: no'.")
    if not {"start", "escalate"} & set(kinds):
        why = "goes with 'start' and 'escalate' only"
        found.misplaced(("supplement",), why, "Remove it: only a raise that uses its reading up can give drug at once.")
    elif found.has("supplement") and found.flag("again"):
        hint = "Remove one of them: with 'again' one reading would order the supplement twice."
        found.misplaced(("supplement",), "does not go with 'again'", hint)
    if not stops:
        hint = "Remove it: only a stop that is in force on treatment is in force on hold as well."
        found.misplaced(("on hold",), "goes with a 'stop' on treatment only", hint)


def read_under(report: Report, names: Names, found: Fields) -> tuple[tuple[str, str], ...]:
    """The readings of interpretations under ``under``."""
    node = found.node("under")
    mapping = entries(report, found.entries["under"][0], node) if node else None
    chosen: list[tuple[str, str]] = []
    for interpretation, value in mapping.entries if mapping else ():
        reading = text_node(report, interpretation, value)
        if reading:
            names.check_reading(report, interpretation, reading)
            chosen.append((interpretation.text, reading.text))
    return tuple(chosen)


def read_citation(report: Report, names: Names, found: Fields) -> Citation | None:
    """The ``source`` of a rule or a property: a name under 'sources', and the place in it after the first comma."""
    text = found.scalar("source")
    if text is None:
        return None
    source, _, place = text.text.partition(",")
    names.check_source(report, source, located(report.text, text).at(0, len(source)))
    return Citation(source, place.removeprefix(" "))
