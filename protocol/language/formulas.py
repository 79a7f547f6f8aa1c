"""From the text of a formula to the formula: a parser that knows only what a formula may hold, and computes nothing.

``+`` and ``-`` bind less than ``*`` and ``/``; of equal ones the left goes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal, cast

from attrs import define, frozen

from protocol.language.fields import LONGEST_NUMBER, minutes
from protocol.language.guard_tokens import COMMA, Token
from protocol.language.hints import listed
from protocol.language.names import Names
from protocol.language.nodes import Located, Node, Scalar, located
from protocol.language.report import Report, Span, shown
from protocol.model.formula import Baseline, Constant, Current, Earlier, Formula, Operation, Sign, parts
from protocol.model.input import Choice, Grade, Number, YesNo
from protocol.model.quantity import exact

MOST_TERMS = 64
DEEPEST = 64
_TOKEN = re.compile(r"\s*(?:(?P<word>[A-Za-z][A-Za-z0-9_-]*)|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)|(?P<mark>[-+*/(),]))")
_INSTEAD = {
    "×": "Write '*'.",
    "÷": "Write '/'.",
    "^": "Write the product: 'x * x'.",
    "%": "Write no unit; a fraction is '/ 100'.",
}
_HOLDS = "A formula has names, decimal numbers, + - * / and parentheses."
_KINDS = {Choice: "a choice", YesNo: "yes or no", Grade: "a grade"}


@frozen
class ReadFormula:
    """A formula that could be read; what it names may still be wrong."""

    formula: Formula


def read_formula(report: Report, names: Names, node: Node, key: Scalar) -> ReadFormula | None:
    """The formula of a node, with all that is wrong with it in the report; None where there is none."""
    if not isinstance(node, Scalar):
        report.add("P025", "'value' takes a formula, which is a text", Span(node.span.start), "Put it in double quotes.")
        return None
    if not node.text.strip():
        report.add("P026", "'value' has no formula", key.span, "Write one, such as 'wbc * neutrophils / 100'.")
        return None
    text = located(report.text, node)
    try:
        formula = _Parser(report, names, text, list(_tokens(report, text))).whole()
    except _Unreadable:
        return None
    if not parts(formula):
        report.add("P060", "the formula asks no input", node.span, "A number that is always the same is written into the guard.")
    return ReadFormula(formula)


class _Unreadable(Exception):
    """The rest of the formula cannot be read after this; the problem is in the report."""


def _tokens(report: Report, text: Located) -> Iterator[Token]:
    place = 0
    while match := _TOKEN.match(text.text, place):
        kind = cast(Literal["word", "number", "mark"], match.lastgroup)
        yield Token(kind, match[kind], match.start(kind), match.end(kind))
        place = match.end()
    place += len(text.text[place:]) - len(text.text[place:].lstrip())
    if place < len(text.text):
        sign = text.text[place]
        message = f"{shown(sign)} is not a sign of formulas"
        report.add("P060", message, text.at(place, place + 1), _INSTEAD.get(sign, _HOLDS))
        raise _Unreadable
    yield Token("end", "", place, place)


@define
class _Parser:
    """Reads one token after the other."""

    report: Report
    names: Names
    text: Located
    tokens: list[Token]
    place: int = 0
    depth: int = 0

    def whole(self) -> Formula:
        if sum(token.kind in ("word", "number") for token in self.tokens) > MOST_TERMS:
            message = f"the formula has more than {MOST_TERMS} names and numbers"
            self._unreadable("P061", message, self.tokens[0], "Compute a part of it where it is measured.")
        formula = self._sum()
        if self._next.kind != "end":
            self._fail("+ - * / or the end", COMMA if self._next.text == "," else _HOLDS)
        return formula

    @property
    def _next(self) -> Token:
        return self.tokens[self.place]

    def _take(self) -> Token:
        token = self._next
        self.place += token.kind != "end"
        return token

    def _at(self, token: Token) -> Span:
        return self.text.at(token.start, token.end)

    def _unreadable(self, code: str, message: str, token: Token, hint: str) -> Token:
        self.report.add(code, message, self._at(token), hint)
        raise _Unreadable

    def _fail(self, expected: str, hint: str = _HOLDS) -> Token:
        found = "the end of the formula" if self._next.kind == "end" else shown(self._next.text)
        return self._unreadable("P060", f"expected {expected}, found {found}", self._next, hint)

    def _expect(self, mark: str, hint: str = _HOLDS) -> Token:
        return self._take() if self._next.text == mark else self._fail(f"'{mark}'", hint)

    def _sum(self) -> Formula:
        return self._joined(("+", "-"), self._product)

    def _product(self) -> Formula:
        return self._joined(("*", "/"), self._operand)

    def _joined(self, signs: tuple[str, ...], part: Callable[[], Formula]) -> Formula:
        left = part()
        while self._next.text in signs:
            sign = self._take()
            right = part()
            if sign.text == "/" and right == Constant(0):
                self.report.add("P065", "the formula divides by 0", self._at(sign), "Divide by a number that is not 0.")
            left = Operation(cast(Sign, sign.text), left, right)
        return left

    def _operand(self) -> Formula:
        if self._next.text == "(":
            return self._group()
        if self._next.kind == "number":
            return self._constant(self._take())
        if self._next.text in ("-", "+"):
            self._fail("a name, a number or '('", "Write '0 - ...' for a negative number.")
        name = self._take() if self._next.kind == "word" else self._fail("a name, a number or '('")
        if name.text in ("baseline", "earlier"):
            return self._past(name)
        if self._next.text == "(":
            message = f"formulas have no {shown(name.text + '(...)')}"
            self._unreadable(
                "P060", message, name, "Write it with + - * / and parentheses; baseline(...) and earlier(...) there are."
            )
        self._check(name)
        return Current(name.text)

    def _group(self) -> Formula:
        opening = self._take()
        self.depth += 1
        if self.depth > DEEPEST:
            self._unreadable("P061", f"the formula is nested more than {DEEPEST} deep", opening, "Leave parentheses out.")
        formula = self._sum()
        self._expect(")", "Close each parenthesis.")
        self.depth -= 1
        return formula

    def _constant(self, number: Token) -> Formula:
        if len(number.text) > LONGEST_NUMBER:
            self._unreadable("P030", f"{shown(number.text)} has more than {LONGEST_NUMBER} digits", number, "Round it.")
        return Constant(exact(number.text))

    def _past(self, word: Token) -> Formula:
        write = "Write 'baseline(platelets)'." if word.text == "baseline" else "Write 'earlier(platelets, 4 weeks)'."
        self._expect("(", write)
        name = self._take() if self._next.kind == "word" else self._fail("the name of an input", write)
        self._check(name)
        if word.text == "baseline":
            self._expect(")", write)
            return Baseline(name.text)
        self._expect(",", write)
        ago = self._duration(write)
        self._expect(")", write)
        return Earlier(name.text, ago)

    def _duration(self, write: str) -> int:
        number = self._take() if self._next.kind == "number" else self._fail("a duration", write)
        unit = self._take() if self._next.kind == "word" else self._fail("a unit of time", write)
        length = minutes(self.report, f"{number.text} {unit.text}", self.text.at(number.start, unit.end))
        if length is None:
            raise _Unreadable
        return length

    def _check(self, name: Token) -> None:
        """Notes a name that is not that of a measured number."""
        known, at = self.names.section(name.text), self._at(name)
        if not known and any(self.names.section(piece) for piece in name.text.split("-")[:-1]):
            hint = f"Write a minus between spaces: '{' - '.join(name.text.split('-'))}'."
            self.report.add("P060", f"'{name.text}' is read as one name, because names hold hyphens", at, hint)
        elif self.names.check_known(self.report, name.text, at) and not self._is_measured(name.text, known):
            numbers = [one for one, item in self.names.inputs.items() if item and isinstance(item.kind, Number)]
            self.report.add(
                "P062", f"{self._what(name.text, known)}, and formulas ask measured numbers", at, self._hint(name.text, numbers)
            )

    def _is_measured(self, name: str, section: str) -> bool:
        declared = self.names.inputs.get(name)
        return section == "inputs" and (declared is None or isinstance(declared.kind, Number))

    def _what(self, name: str, section: str) -> str:
        declared = self.names.inputs.get(name)
        if declared:
            return f"'{name}' is {_KINDS[type(declared.kind)]}"
        return f"'{name}' is computed itself" if name in self.names.numbers else f"'{name}' is declared under '{section}'"

    def _hint(self, name: str, numbers: list[str]) -> str:
        return "Write its formula out here." if name in self.names.numbers else f"Numbers: {listed(sorted(numbers))}"
