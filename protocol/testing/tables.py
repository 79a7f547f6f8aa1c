"""Random tables of rules: places or conditions at the head of their columns, whole conditions or comparisons at that of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Literal

from attrs import evolve, frozen

from protocol.language.table_heads import Head, Heads, both
from protocol.language.tables import fitting
from protocol.model.guard import Always, And, Clock, Compare, Guard, Operator, Term
from protocol.model.protocol import Protocol
from protocol.model.rule import Action, ActionKind, ControlKind, Rule, Where
from protocol.model.table import Table, by_table, cell_name, table_of
from protocol.testing.choosing import Choose

NAME = "table"
Grid = dict[tuple[int, int], Action]

_KINDS: dict[ControlKind, tuple[ActionKind | None, ...]] = {
    "before treatment": ("start", "start", "stop", "continue", None),
    "on treatment": ("hold", "hold", "hold", "reduce", "reduce", "escalate", "stop", "continue", "review", None, None),
    "held": ("resume", "resume", "resume", "resume", "stop", "continue", None),
}
_OPERATORS: tuple[Operator, ...] = ("<", "<=", ">", ">=")


@frozen
class Drawn:
    """A table, still without the texts at its heads, and its rules."""

    table: Table
    heads: Heads
    rules: tuple[Rule, ...]

    def said(self, durations: frozenset[str]) -> Table:
        """The table with its heads as texts; ``durations`` names the trackers that hold minutes."""
        columns, rows = self.heads.said(durations)
        return evolve(self.table, columns=columns, rows=rows)


@frozen
class Parts:
    """What the cells of a table are made of: conditions, comparisons and levels, and how guards and actions are drawn."""

    atoms: tuple[Guard, ...]
    levels: tuple[str, ...]
    guard: Callable[[], Guard]
    action: Callable[[ActionKind], Action]


def any_table(choose: Choose, parts: Parts, basis: Rule) -> Drawn:
    """A table of up to three columns and three rows; ``basis`` has what its cells have in common."""
    shape = choose(("places", "places", "conditions", "going on"))
    terms = [atom for atom in parts.atoms if isinstance(atom, Compare) and not isinstance(atom.term, Clock)]
    if shape == "places" or (shape == "going on" and not terms):
        return _of_places(choose, parts, basis)
    control: ControlKind = choose(("on treatment", "on treatment", "held"))
    places = (Where(control, choose(((), parts.levels[:1]))),)
    columns: tuple[Guard, ...] = _different(choose, parts, 2)
    rows = _different(choose, parts, 3)
    whole = tuple(tuple(both(column, row) for column in columns) for row in rows)
    if shape == "going on":
        compared = choose(terms)
        rows = tuple(_comparisons(choose, compared))
        ahead = tuple(atom for atom in columns if not isinstance(atom, And))[:1]
        whole = tuple((row, *(And((atom, row)) for atom in ahead)) for row in rows)
        columns = whole[0]
    heads = Heads(columns, rows, tuple(tuple((None, guard) for guard in line) for line in whole), shape == "going on")
    actions = _actions(choose, parts, len(rows), [control] * len(whole[0]))
    return _made(choose, parts, evolve(basis, where=places), heads, actions)


def _different(choose: Choose, parts: Parts, most: int) -> tuple[Guard, ...]:
    return tuple(dict.fromkeys(parts.guard() for _ in range(choose(range(1, most + 1)))))


def _comparisons(choose: Choose, like: Compare) -> Sequence[Guard]:
    """Comparisons of one term with a few constants near that of one of them, as a table of ranges has."""
    counted = _is_counted(like.term)
    constants = (like.constant, like.constant + 1) if counted else (like.constant,)
    operators = (*_OPERATORS, "==", "==", "==") if counted else _OPERATORS
    found = [Compare(like.term, choose(operators), Fraction(choose(constants))) for _ in range(choose((1, 2, 3)))]
    return list(dict.fromkeys(found))


def _is_counted(term: Term) -> bool:
    return "consecutive" in getattr(term, "tracker", "") or "episodes" in getattr(term, "tracker", "")


def _of_places(choose: Choose, parts: Parts, basis: Rule) -> Drawn:
    treated = choose((((),), ((),), (parts.levels[:1], parts.levels[-1:]), (parts.levels[:1], ())))
    controls: list[ControlKind] = ["on treatment"] * len(treated)
    controls += choose(((), ("held",), ("held",), ("before treatment",)))
    rows = _different(choose, parts, 3)
    actions = _actions(choose, parts, len(rows), controls)
    holding = tuple(
        cell_name(NAME, row + 1, column + 1)
        for (row, column), action in actions.items()
        if "hold" in (action.kind, action.off_ladder)
    )
    others = (Where(one, by=choose((holding, holding, ())) if one == "held" else ()) for one in controls[len(treated) :])
    columns: tuple[Head, ...] = (*(Where("on treatment", levels) for levels in treated), *others)
    if len(set(columns)) < len(columns):  # one level is both the lowest and the highest
        return _of_places(choose, parts, basis)
    cells = tuple(tuple((column, row) for column in columns if isinstance(column, Where)) for row in rows)
    return _made(choose, parts, basis, Heads(columns, rows, cells, False), actions)


def _actions(choose: Choose, parts: Parts, rows: int, controls: Sequence[ControlKind]) -> Grid:
    """What the cells do; at least one does something."""
    found: Grid = {}
    for row in range(rows):
        for column, control in enumerate(controls):
            kind = choose(_KINDS[control])
            if kind is not None:
                found[row, column] = parts.action(kind)
    return found or {(0, 0): Action("continue")}


def _made(choose: Choose, parts: Parts, basis: Rule, heads: Heads, actions: Grid) -> Drawn:
    when = choose((Always(), Always(), parts.guard()))
    rules = []
    for (row, column), action in actions.items():
        where, guard = heads.cells[row][column]
        mode: Literal["must", "may"] = choose(("must", "must", "must", "may"))
        cell = evolve(
            basis, name=cell_name(NAME, row + 1, column + 1), table=NAME, where=(where,) if where else basis.where,
            when=both(when, guard), mode=mode, action=action,
        )  # fmt: skip
        rules.append(fitting(cell))
    return Drawn(Table(NAME, (), (), basis.where, when), heads, tuple(rules))


def of_kind(protocol: Protocol, kind: str, most: int) -> tuple[str, ...]:
    """The first rules that can do this, by name; a table counts as one, with all of its cells that can."""
    rules = [rule.name for rule in protocol.rules if kind in (rule.action.kind, rule.action.off_ladder)]
    named = by_table(rules)[:most]
    return tuple(rule for rule in rules if table_of(rule) in named)
