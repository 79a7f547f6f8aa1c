"""Derived inputs that are numbers: formula, unit, plausible range, window, and what stands in for a missing part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

from attrs import frozen

from protocol.errors import NotationError
from protocol.language.declarations import read_number
from protocol.language.fields import Fields, fields, minutes
from protocol.language.formulas import ReadFormula, read_formula
from protocol.language.hints import listed
from protocol.language.names import Names
from protocol.language.nodes import Mapping, Node, Scalar
from protocol.language.phrases import plain_number
from protocol.language.report import Report, shown
from protocol.model.formula import Current, Earlier, parts
from protocol.model.input import DerivedNumber, Number

KEYS = ("value", "unit", "plausible", "window", "missing", "label", "note")
_OWN_KEYS = frozenset(KEYS) - {"label", "note"}
_WINDOW = re.compile(r"-(?P<early>\d{1,9})(?P<unit>\s+[a-z]+)?\s+to\s+\+(?P<late>\d{1,9}\s+(?P<last>[a-z]+))")
_SAY_WINDOW = "Write 'window: -3 to +3 days'."


def read_numbers(report: Report, names: Names, derived: Iterable[tuple[Scalar, Node]]) -> dict[str, DerivedNumber | None]:
    """The derived inputs that are numbers, by name; None where one could not be read. Notes in ``names`` which they are."""
    mine = [(name, node) for name, node in derived if _is_number(node)]
    names.numbers = dict.fromkeys(name.text for name, _ in mine)
    read = {name.text: _Reader(report, names).number(name, node) for name, node in mine}
    names.numbers = {name: number.kind if number else None for name, number in read.items()}
    return read


def _is_number(node: Node) -> bool:
    return isinstance(node, Mapping) and any(key.text in _OWN_KEYS for key, _ in node.entries)


@frozen
class _Reader:
    report: Report
    names: Names

    def number(self, name: Scalar, node: Node) -> DerivedNumber | None:
        """One declaration of a derived number."""
        found = fields(self.report, f"derived input {shown(name.text)}", name, node, (*KEYS, "when"))
        if found is None:
            return None
        if found.has("when"):
            hint = "A guard is true or false, a 'value' is a number; keep one."
            self.report.add("P024", f"{found.what} has both 'value' and 'when'", found.key("when"), hint)
            return None
        found.require("value", hint="Add 'value: \"wbc * neutrophils / 100\"'.")
        found.require("unit", hint="Add 'unit: ...', the unit of the result.")
        found.require("missing", hint="Add 'missing: unknown', or what stands in for an input: 'missing: {bands: 0}'.")
        read, kind = self._formula(found), read_number(self.report, found)
        window, defaults = self._window(found, read), self._defaults(found, read)
        if read is None or kind is None:
            return None
        return DerivedNumber(name.text, read.formula, kind, defaults, window, found.text("label"), found.text("note"))

    def _formula(self, found: Fields) -> ReadFormula | None:
        node = found.node("value")
        return None if node is None else read_formula(self.report, self.names, node, found.entries["value"][0])

    def _window(self, found: Fields, read: ReadFormula | None) -> tuple[int, int] | None:
        earlier = [part for part in parts(read.formula) if isinstance(part, Earlier)] if read else []
        text = found.scalar("window")
        if text is None:
            if earlier and not found.has("window"):
                message = f"{found.what} asks for an earlier reading and has no 'window'"
                self.report.add("P064", message, found.key("value"), _SAY_WINDOW)
            return None
        if read and not earlier:
            found.misplaced(("window",), "goes with a formula that asks for earlier(...)", "Remove it.")
        window = self._sides(text)
        reaching = [part for part in earlier if window and part.ago <= window[1]]
        if reaching:
            hint = "Let its '+' side be shorter than the time of each earlier(...), so that it ends before the present."
            self.report.add("P064", "the window reaches the present", text.span, hint)
        return window

    def _sides(self, text: Scalar) -> tuple[int, int] | None:
        match = _WINDOW.fullmatch(text.text.strip()) if len(text.text) < 80 else None
        if match is None:
            self.report.add("P064", f"{shown(text.text)} is not a window", text.span, _SAY_WINDOW)
            return None
        early = minutes(self.report, f"{match['early']} {(match['unit'] or match['last']).strip()}", text.span)
        late = minutes(self.report, match["late"], text.span)
        return None if early is None or late is None else (early, late)

    def _defaults(self, found: Fields, read: ReadFormula | None) -> tuple[tuple[str, Fraction], ...]:
        node = found.node("missing")
        if not isinstance(node, Mapping):
            text = found.scalar("missing")
            if text is not None and text.text != "unknown":
                hint = "Write 'unknown', or what stands in for an input: '{bands: 0}'."
                self.report.add("P063", f"{shown(text.text)} does not say what a missing part means", text.span, hint)
            return ()
        asked = parts(read.formula) if read else ()
        current = [part.input for part in asked if isinstance(part, Current)]
        named = [(name, self._default(found, name, value, current if read else None)) for name, value in node.entries]
        if read and asked and {name.text for name, _ in named} >= set(current) and len(current) == len(asked):
            message = "every part has a value that stands in for it"
            hint = "Leave one out: a number never rests on defaults alone."
            self.report.add("P063", message, found.key("missing"), hint)
        return tuple((name.text, value) for name, value in named if value is not None)

    def _default(self, found: Fields, name: Scalar, node: Node, current: list[str] | None) -> Fraction | None:
        if current is not None and name.text not in current:
            message = f"the formula does not ask {shown(name.text)} for its present value"
            self.report.add("P063", message, name.span, f"It asks: {listed(current, 'none')}")
            return None
        if not isinstance(node, Scalar) or node.is_empty:
            self.report.add("P063", f"{shown(name.text)} has no number", name.span, f"Write '{name.text}: 0'.")
            return None
        try:
            value = plain_number(node.text)
        except NotationError as error:
            self.report.add("P030", error.message, node.span, error.hint)
            return None
        self._check_plausible(name.text, value, node)
        return value

    def _check_plausible(self, name: str, value: Fraction, node: Scalar) -> None:
        declared = self.names.inputs.get(name)
        kind = declared.kind if declared else None
        if isinstance(kind, Number) and not kind.low <= value <= kind.high:
            message = f"{shown(node.text)} is outside the plausible range of '{name}'"
            self.report.add("P063", message, node.span, "What stands in for a reading is a value that a reading can have.")
