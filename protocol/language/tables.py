"""A table of rules, as its source prints it: each cell becomes a rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from attrs import evolve, frozen

from protocol.language.fields import Fields, entries, fields, text_node
from protocol.language.guards import read_guard
from protocol.language.ladder import read_supplement
from protocol.language.names import Names
from protocol.language.nodes import Listing, Mapping, Node, Scalar
from protocol.language.phrases import check_allowed, read_action
from protocol.language.report import Report, shown
from protocol.language.rules import check_fitting, kinds_of, read_citation, read_places, read_under
from protocol.language.table_heads import Heads, both, read_heads
from protocol.model.guard import Always
from protocol.model.rule import Action, ActionKind, Rule, Where
from protocol.model.table import Table, cell_name

TABLE_KEYS = (
    "in", "when", "columns", "rows", "recommended", "again", "on hold", "under", "supplement", "source", "says", "note",
    "unverified", "waiver", "before",
)  # fmt: skip
NOTHING = "-"
"""A cell in which the source prints nothing."""

Row = tuple[Scalar, tuple[Scalar, ...]]
Mode = Literal["must", "may"]


@frozen
class ReadTable:
    """A table, still without the texts at its heads, and its rules."""

    table: Table
    heads: Heads
    rules: tuple[Rule, ...]

    def said(self, durations: frozenset[str]) -> Table:
        """The table with its heads as texts; ``durations`` names the trackers that hold minutes."""
        columns, rows = self.heads.said(durations)
        return evolve(self.table, columns=columns, rows=rows)


def is_table(node: Node) -> bool:
    """Whether an entry of ``rules`` is a table."""
    return isinstance(node, Mapping) and any(key.text in ("columns", "rows") for key, _ in node.entries)


def cell_kinds(name: str, node: Node) -> dict[str, frozenset[ActionKind]]:
    """What each cell of a table can do, before the table can be read."""
    rows = next((value for key, value in node.entries if key.text == "rows"), None) if isinstance(node, Mapping) else None
    return {
        cell_name(name, row, column): kinds_of(cell.text.removeprefix("may "))
        for row, (_, cells) in enumerate(rows.entries if isinstance(rows, Mapping) else (), 1)
        for column, cell in enumerate(cells.items if isinstance(cells, Listing) else (), 1)
        if isinstance(cell, Scalar) and cell.text != NOTHING
    }


def read_table(report: Report, names: Names, name: Scalar, node: Node) -> ReadTable | None:
    """One entry of ``rules`` that is a table; None where it could not be read."""
    found = fields(report, f"table {shown(name.text)}", name, node, TABLE_KEYS)
    if found is None:
        return None
    found.require("columns", hint="Add 'columns: [on treatment, held]'; or conditions, and 'in: on treatment'.")
    found.misplaced(("before",), "goes with a file that amends another", "Remove it, and put the table where it belongs.")
    found.require("rows", hint="Add 'rows:' and below it a line '\"anc < 1\": [hold, stop]' for each row.")
    columns, rows = _columns(report, found), _rows(report, found)
    basis = _basis(report, names, found, name.text)
    if not columns or not rows or not _is_full(report, columns, rows):
        return None
    heads = read_heads(report, names, found, columns, [row for row, _ in rows])
    if heads is None:
        return None
    rules = tuple(_cells(report, names, basis, heads, rows))
    _check_keys(report, found, rules)
    table = Table(name.text, (), (), basis.where, basis.when)
    return ReadTable(table, heads, tuple(fitting(rule) for rule in rules))


def _columns(report: Report, found: Fields) -> tuple[Scalar, ...]:
    node = found.node("columns")
    if node is None:
        return ()
    if not isinstance(node, Listing) or not node.items:
        hint = "Write 'columns: [on treatment, held]'."
        report.add("P025", "'columns' takes a list of places or of conditions", found.key("columns"), hint)
        return ()
    return _texts(report, found.entries["columns"][0], node)


def _rows(report: Report, found: Fields) -> tuple[Row, ...]:
    node = found.node("rows")
    mapping = entries(report, found.entries["rows"][0], node) if node else None
    return tuple((key, _row(report, key, cells)) for key, cells in mapping.entries) if mapping else ()


def _row(report: Report, key: Scalar, node: Node) -> tuple[Scalar, ...]:
    if isinstance(node, Listing):
        return _texts(report, key, node)
    report.add("P025", f"the row {shown(key.text)} takes a list of cells", key.span, "Write '[hold, stop]' after it.")
    return ()


def _texts(report: Report, key: Scalar, node: Listing) -> tuple[Scalar, ...]:
    texts = [text_node(report, key, item) for item in node.items]
    return tuple(text for text in texts if text) if all(texts) else ()


def _is_full(report: Report, columns: Sequence[Scalar], rows: Sequence[Row]) -> bool:
    """Whether every row has as many cells as there are columns; notes each that has not."""
    wrong = [(key, cells) for key, cells in rows if len(cells) != len(columns)]
    for key, cells in wrong:
        if cells:
            hint = "Write one cell for each column; '\"-\"' where the source prints nothing."
            report.add("P095", f"the row {shown(key.text)} has {len(cells)} cells for {len(columns)} columns", key.span, hint)
    return not wrong


def _basis(report: Report, names: Names, found: Fields, name: str) -> Rule:
    """What all cells have in common, as a rule."""
    condition = found.node("when")
    guard = read_guard(report, names, condition, found.entries["when"][0]).guard if condition else Always()
    return Rule(
        name,
        read_places(report, names, found),
        guard,
        "must",
        Action("continue"),
        recommended=found.flag("recommended"),
        again=found.flag("again"),
        once=not found.flag("again", default=True),
        on_hold=found.flag("on hold", default=True),
        under=read_under(report, names, found),
        supplement=read_supplement(report, found, names.levels.values()),
        source=read_citation(report, names, found),
        says=found.text("says"),
        note=found.text("note"),
        unverified=found.text("unverified"),
        waiver=found.text("waiver"),
        table=name,
    )


def _cells(report: Report, names: Names, basis: Rule, heads: Heads, rows: Sequence[Row]) -> list[Rule]:
    """The rules of a table, still with every key of it."""
    found: list[Rule] = []
    for row, (_, cells) in enumerate(rows):
        for column, text in enumerate(cells):
            where, guard = heads.cells[row][column]
            places = (where,) if where else basis.where
            rule = _cell(report, names, text, places) if text.text.strip() != NOTHING else None
            if rule is not None:
                mode, action = rule
                name = cell_name(basis.name, row + 1, column + 1)
                found.append(evolve(basis, name=name, where=places, when=both(basis.when, guard), mode=mode, action=action))
    return found


def _cell(report: Report, names: Names, text: Scalar, places: tuple[Where, ...]) -> tuple[Mode, Action] | None:
    may = text.text.strip().startswith("may ")
    action = read_action(report, names, text, after="may " if may else "")
    if action is None:
        return None
    check_allowed(report, action, places, text)
    return "may" if may else "must", action


def _check_keys(report: Report, found: Fields, rules: Sequence[Rule]) -> None:
    """Notes each key that fits no cell."""
    if not rules:
        hint = "Write an action into one of them, such as 'hold'."
        report.add("P026", f"{found.what} has no cell with an action", found.owner, hint)
        return
    stops = any(rule.action.kind == "stop" and _is_treated(rule) for rule in rules)
    check_fitting(found, {rule.action.kind for rule in rules}, stops)
    if all(rule.mode == "must" for rule in rules):
        found.misplaced(("recommended",), "goes with 'may' only", "Remove it: what a cell orders is recommended.")


def _is_treated(rule: Rule) -> bool:
    return any(where.control == "on treatment" for where in rule.where)


def fitting(rule: Rule) -> Rule:
    """The rule with those keys of its table only that mean something beside its action."""
    kind = rule.action.kind
    return evolve(
        rule,
        recommended=rule.recommended and rule.mode == "may",
        again=rule.again and kind in ("escalate", "reduce"),
        once=rule.once and kind == "hold",
        supplement=rule.supplement if kind in ("start", "escalate") else None,
        on_hold=rule.on_hold or kind != "stop" or not _is_treated(rule),
    )
