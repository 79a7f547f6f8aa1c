"""The guards at the heads of a table, each with how to put another one there, for all of its row or column."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve, frozen

from protocol.model.guard import Always, And, Compare, Guard
from protocol.model.protocol import Protocol
from protocol.model.rule import Rule
from protocol.model.said import duration_trackers, say_guard, say_term
from protocol.model.table import Table, place_of
from protocol.verification.mutation.changed_tables import tables_in_force
from protocol.verification.mutation.written import Written, sentence_of

Parts = tuple[Guard, ...]


@frozen
class _Heads:
    """One table, and what its cells ask beside the guard of the table."""

    protocol: Protocol
    table: Table
    rules: tuple[Rule, ...]

    @property
    def goes_on(self) -> bool:
        """Whether its rows go on with the texts of its columns."""
        return self.table.rows[0].lstrip()[0] in "<>=!"

    def say(self, guard: Guard) -> str:
        return say_guard(guard, duration_trackers(self.protocol))

    def own(self, rule: Rule) -> Parts:
        return _parts(rule.when)[len(_parts(self.table.when)) :]

    def split(self, rule: Rule) -> tuple[Parts, Parts]:
        """What a cell asks by its column, and by its row; both empty where that cannot be told."""
        parts, (row, column) = self.own(rule), self.table.heads(rule.name)
        if self.goes_on:
            return parts[:-1], parts[-1:]
        if not self.table.where:
            return (), parts
        for place in range(len(parts) + 1):
            if self.say(_both(parts[:place])) == column and self.say(_both(parts[place:])) == row:
                return parts[:place], parts[place:]
        return (), ()

    def changed(self, table: Table, asks: dict[str, Parts]) -> Protocol:
        """The protocol with this table, of which some cells ask something else beside its guard."""

        def cell(rule: Rule) -> Rule:
            own = asks.get(rule.name, self.own(rule))
            return evolve(rule, when=_both((*_parts(table.when), *own)))

        mine = {rule.name: cell(rule) for rule in self.rules}
        rules = tuple(mine.get(rule.name, rule) for rule in self.protocol.rules)
        tables = tuple(table if one.name == table.name else one for one in self.protocol.tables)
        return evolve(self.protocol, rules=rules, tables=tables)

    def written(self) -> Iterator[Written]:
        """The guard of the table, and those of its rows and columns."""
        sentence = sentence_of(self.protocol, self.rules[0])
        if self.table.when != Always():
            yield self._at("decides", self.table.when, sentence, lambda guard: self.changed(evolve(self.table, when=guard), {}))
        for number in range(1, len(self.table.rows) + 1):
            yield from self._of_row(number, sentence)
        for number in range(1, len(self.table.columns) + 1):
            yield from self._of_column(number, sentence)

    def _at(self, does: str, guard: Guard, sentence: str, put: Callable[[Guard], Protocol | None]) -> Written:
        return Written(self.table.name, does, guard, sentence, put)

    def _of_row(self, number: int, sentence: str) -> Iterator[Written]:
        mine = [rule for rule in self.rules if place_of(rule.name)[0] == number]
        parts = self.split(mine[0])[1] if mine else ()
        if not parts or (self.goes_on and not isinstance(parts[0], Compare)):
            return

        def put(guard: Guard) -> Protocol | None:
            text = self._tail(guard) if self.goes_on else self.say(guard)
            if not text or text in self.table.rows:
                return None
            rows = (*self.table.rows[: number - 1], text, *self.table.rows[number:])
            asks = {rule.name: (*self.split(rule)[0], *self._row_of(rule, guard)) for rule in mine}
            return self.changed(evolve(self.table, rows=rows), asks)

        yield self._at(f"row {number} counts", _both(parts), sentence, put)

    def _row_of(self, rule: Rule, guard: Guard) -> Parts:
        last = self.own(rule)[-1]
        if self.goes_on and isinstance(last, Compare) and isinstance(guard, Compare):
            return (evolve(guard, term=last.term),)
        return _parts(guard)

    def _tail(self, guard: Guard) -> str:
        return self.say(guard).removeprefix(f"{say_term(guard.term)} ") if isinstance(guard, Compare) else ""

    def _of_column(self, number: int, sentence: str) -> Iterator[Written]:
        mine = [rule for rule in self.rules if place_of(rule.name)[1] == number]
        parts = self.split(mine[0])[0] if mine else ()
        if not parts:
            return

        def put(guard: Guard) -> Protocol | None:
            asks = {rule.name: (*_parts(guard), *self.split(rule)[1]) for rule in mine}
            text = self._column(guard, asks[mine[0].name][-1])
            if text in self.table.columns:
                return None
            columns = (*self.table.columns[: number - 1], text, *self.table.columns[number:])
            return self.changed(evolve(self.table, columns=columns), asks)

        yield self._at(f"column {number} counts", _both(parts), sentence, put)

    def _column(self, guard: Guard, last: Guard) -> str:
        if not self.goes_on:
            return self.say(guard)
        return self.say(_both((*_parts(guard), last))).removesuffix(f" {self._tail(last)}")


def heads(protocol: Protocol) -> Iterator[Written]:
    """The guards of the tables in force."""
    for table, rules in tables_in_force(protocol):
        yield from _Heads(protocol, table, rules).written()


def _parts(guard: Guard) -> Parts:
    return guard.parts if isinstance(guard, And) else () if guard == Always() else (guard,)


def _both(parts: Parts) -> Guard:
    return And(parts) if len(parts) > 1 else parts[0] if parts else Always()
