"""From the text of a guard to the guard: a parser that knows only what a guard may hold, and evaluates nothing."""

from __future__ import annotations

import re
from fractions import Fraction

from attrs import frozen

from protocol.language.connectives import Parser, Unreadable
from protocol.language.cumulative import AN_AMOUNT
from protocol.language.fields import LONGEST_NUMBER, minutes
from protocol.language.guard_terms import Constant, Terms
from protocol.language.guard_tokens import COMMA, Token, tokens
from protocol.language.hints import listed
from protocol.language.names import Names
from protocol.language.nodes import Located, Node, Scalar, located
from protocol.language.report import Report, Span, shown
from protocol.language.uses import Use
from protocol.model.guard import Always, And, ClockName, Guard, Limit, Not, Or
from protocol.model.quantity import exact

CLOCKS: dict[str, ClockName] = {
    "since start": "start",
    "in state": "state",
    "since dose change": "dose change",
    "since dose raised": "dose raised",
    "since dose lowered": "dose lowered",
    "on hold": "hold",
    "on treatment": "treatment",
}
_LIMITS: dict[str, Limit] = {"ULN": "ULN", "LLN": "LLN", "baseline": "baseline"}
_RANGE = re.compile(
    r"\s+(?:between\s+(?P<from>[0-9.]+)\s+and\s+(?P<until>[0-9.]+)"
    r"|(?:between\s+|from\s+|in\s+|is\s+)?(?P<low>[0-9.]+)\s*(?:to|-)\s*(?P<high>[0-9.]+))"
)
"""A range as tables print it, after the name of what is in it."""
_WINDOW = "Write '(window -3 to +3 days)'."
_AFTER_NUMBER = {
    ",": COMMA,
    ")": "Open each parenthesis that is closed.",
    "(": "Join conditions with 'and' or 'or'.",
    "not": "Join conditions with 'and' or 'or'.",
}
_TIMES = frozenset({"minute", "hour", "day", "week", "month", "year"})


@frozen
class ReadGuard:
    """A guard, and where it uses what other guards define. ``Always`` stands for one that could not be read."""

    guard: Guard
    uses: tuple[Use, ...] = ()


def read_guard(report: Report, names: Names, node: Node, key: Scalar) -> ReadGuard:
    """The guard of a node, with all that is wrong with it in the report."""
    text = said(report, node, key, "guard", "Write a condition, or 'always'.")
    return parsed(report, names, text) if text else ReadGuard(Always())


def said(report: Report, node: Node, key: Scalar, what: str, example: str) -> Located | None:
    """The text of a node that holds a guard or a claim; None where there is none."""
    if not isinstance(node, Scalar):
        hint = f"Put the {what} in double quotes, on one line, or below '|'."
        report.add("P025", f"{shown(key.text)} takes a {what}, which is a text", Span(node.span.start), hint)
        return None
    if not node.text.strip():
        report.add("P026", f"{shown(key.text)} has no {what}", key.span, example)
        return None
    if node.flow and not node.style and len(node.text.split()) > 1:
        hint = "Put it in double quotes: in braces a comma, as in 'within(anc, 3 days)', begins a new key."
        report.add("P041", f"a {what} in braces has no quotes", node.span, hint)
    return located(report.text, node)


def parsed(report: Report, names: Names, text: Located) -> ReadGuard:
    """The guard of a text, with all that is wrong with it in the report."""
    found = tokens(report, text)
    if found is None:
        return ReadGuard(Always())
    terms = Terms(report, text, names)
    try:
        guard = GuardParser(terms, found).whole()
    except Unreadable:
        return ReadGuard(Always(), tuple(terms.uses))
    return ReadGuard(guard, tuple(terms.uses))


class GuardParser(Parser[Guard]):
    """Reads one guard, or one condition of it."""

    def negated(self, part: Guard) -> Guard:
        """``not part``."""
        return Not(part)

    def all_of(self, parts: tuple[Guard, ...]) -> Guard:
        """Parts joined by ``and``."""
        return And(parts)

    def any_of(self, parts: tuple[Guard, ...]) -> Guard:
        """Parts joined by ``or``."""
        return Or(parts)

    def condition(self) -> Guard:
        """One condition, without ``not`` and parentheses around it."""
        if self._next.kind != "word" or self._next.text in ("and", "or", "is"):
            self._fail("a condition", self._why_no_condition())
        token = self._take()
        if token.text == "always":
            return Always()
        if token.text == "time":
            return self._clock(token)
        if token.text == "cumulative":
            return self._cumulative(token)
        if token.text in ("known", "unknown", "within", "grade"):
            return self._asked(token)
        return self._about(token)

    def _asked(self, word: Token) -> Guard:
        self._expect("(", f"Write '{word.text}(anc)'." if word.text != "within" else "Write 'within(anc, 3 days)'.")
        name = self._name()
        if word.text == "within":
            self._expect(",", "Write 'within(anc, 3 days)'.")
            span = self._duration()
            self._expect(")")
            return self.terms.known(name, "within", span)
        self._expect(")")
        if word.text == "grade":
            return self.terms.grade_of(name, self._operator(), self._constant())
        known = self.terms.known(name, word.text)
        return Not(known) if word.text == "unknown" else known

    def _about(self, name: Token) -> Guard:
        self._refuse_range(name)
        if self._accept("is"):
            negated = self._accept("not") is not None
            if self._next.kind != "word":
                self._fail("an option")
            return self.terms.has_option(name, self._take(), negated)
        if self._next.kind != "operator":
            return self.terms.alone(name)
        operator, constant = self._take(), self._constant()
        self._window(allowed=False)
        return self.terms.compare(name, operator, constant)

    def _refuse_range(self, name: Token) -> None:
        match = _RANGE.match(self.terms.guard.text, name.end)
        if match is not None:
            low, high = match["from"] or match["low"], match["until"] or match["high"]
            self._fail("a comparison", f"Write '{name.text} >= {low} and {name.text} <= {high}'.")

    def _clock(self, first: Token) -> Guard:
        words: list[str] = []
        while self._next.kind == "word" and len(words) < 3 and " ".join(words) not in CLOCKS:
            words.append(self._take().text)
        if " ".join(words) not in CLOCKS:
            self._no_clock(first, " ".join(words))
        operator, constant = self._operator(), self._constant()
        window = self._window(allowed=True)
        return self.terms.clock(CLOCKS[" ".join(words)], first, operator, constant, window)

    def _cumulative(self, first: Token) -> Guard:
        self._expect("dose", AN_AMOUNT)
        operator, number = self._operator(), self._number(AN_AMOUNT)
        unit = self._take() if self._next.kind == "word" else self._fail("a dose unit", AN_AMOUNT)
        return self.terms.cumulative(first, operator, self._plain(number, None), unit)

    def _no_clock(self, first: Token, words: str) -> None:
        end = self.tokens[self.place - 1].end
        clocks = listed(f"time {clock}" for clock in CLOCKS)
        message = f"{shown(f'time {words}'.strip())} is not a clock"
        self.terms.report.add("P058", message, self.terms.guard.at(first.start, end), f"Clocks: {clocks}")
        raise Unreadable

    def _window(self, allowed: bool) -> tuple[int, int]:
        if self._next.text != "(" or self.tokens[self.place + 1].text != "window":
            return (0, 0)
        opening = self._take()
        self._take()
        early = self._side("-")
        unit = self._accept_unit()
        self._expect("to", _WINDOW)
        late = self._side("+")
        if self._next.text.lower().removesuffix("s") not in _TIMES:
            self._fail("a unit of time", _WINDOW)
        last = self._take()
        self._expect(")", _WINDOW)
        if not allowed:
            message = "a visit window goes with 'time ... >= ...' only"
            self.terms.report.add("P053", message, self.terms.at(opening), "Leave the window out.")
        return (self._minutes(early, unit or last) or 0, self._minutes(late, last) or 0)

    def _side(self, sign: str) -> Token:
        if self._next.kind != "number" or not self._next.text.startswith(sign):
            self._fail(f"a number with '{sign}'", _WINDOW)
        return self._take()

    def _name(self) -> Token:
        return self._take() if self._next.kind == "word" else self._fail("the name of an input")

    def _operator(self) -> Token:
        return self._take() if self._next.kind == "operator" else self._fail("a comparison", "Write one of < <= > >= == !=.")

    def _number(self, hint: str = "") -> Token:
        return self._take() if self._next.kind == "number" else self._fail("a number", hint)

    def _accept_unit(self) -> Token | None:
        return self._take() if self._next.text.lower().removesuffix("s") in _TIMES else None

    def _duration(self) -> int | None:
        number = self._number("Write a duration, such as '3 days'.")
        unit = self._accept_unit()
        if unit is None:
            self._fail("a unit of time", "Units are minutes, hours, days and weeks.")
        return self._minutes(number, unit) if unit else None

    def _minutes(self, number: Token, unit: Token) -> int | None:
        at = self.terms.guard.at(number.start, unit.end)
        return minutes(self.terms.report, f"{number.text.lstrip('+-')[:LONGEST_NUMBER]} {unit.text}", at)

    def _constant(self) -> Constant | None:
        limit = self._accept(*_LIMITS)
        if limit:
            return Constant(Fraction(1), None, _LIMITS[limit.text], limit.start, limit.end)
        number = self._number(self._why_no_number())
        unit = self._accept_unit()
        if unit:
            length = self._minutes(number, unit) if number.text[0] not in "+-" else self._signed(number)
            return None if length is None else Constant(None, length, None, number.start, unit.end)
        if self._accept("x"):
            limit = self._accept(*_LIMITS) or self._fail("'ULN', 'LLN' or 'baseline'", "Write '3 x ULN' or '1.5 x baseline'.")
        return self._plain(number, limit)

    def _plain(self, number: Token, limit: Token | None) -> Constant | None:
        if len(number.text) > LONGEST_NUMBER:
            message = f"{shown(number.text)} has more than {LONGEST_NUMBER} digits"
            self.terms.report.add("P030", message, self.terms.at(number), "No measurement is that exact; round it.")
            return None
        return Constant(exact(number.text), None, _LIMITS[limit.text] if limit else None, number.start, (limit or number).end)

    def _signed(self, number: Token) -> int | None:
        message = f"'{number.text}' has a sign, and a duration has none"
        self.terms.report.add("P029", message, self.terms.at(number), "Write a whole number and a unit, such as '8 days'.")
        return None

    def _why_no_number(self) -> str:
        if self._next.kind == "word":
            return "A guard compares with constants; an option is asked by 'is'; a limit is written '3 x ULN'."
        return "Write a number, '3 x ULN' or a duration."

    def _why_no_condition(self) -> str:
        if self._next.kind == "number":
            return "A comparison begins with a name: for a range write 'anc >= 1 and anc < 3'."
        return "Write a comparison such as 'anc < 1.0', a name, known(...), or a group in parentheses."

    def why_not_more(self) -> str:
        """What would be right where nothing more can follow."""
        if self._next.text in ("AND", "OR", "NOT", "IS", "And", "Or", "Not", "Is"):
            return f"Write '{self._next.text.lower()}' in lower case."
        if self.tokens[self.place - 1].kind == "number" and not self.terms.names.section(self._next.text):
            return _AFTER_NUMBER.get(self._next.text, "A number is in the unit of its declaration; write no unit.")
        return "Join conditions with 'and' or 'or'."
