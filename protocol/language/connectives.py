"""How conditions are joined by ``or``, ``and``, ``not`` and parentheses, whatever a condition is.

``or`` binds less than ``and``, ``and`` less than ``not``. What parentheses hold stays together, so that
``(a and b) and c`` is printed as it was written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar, Generic, NoReturn, TypeVar

from attrs import define

from protocol.language.guard_terms import Terms
from protocol.language.guard_tokens import Token
from protocol.language.report import shown

DEEPEST = 64
MOST_CONDITIONS = 64
"""What a guard can be takes time that grows with the square of its conditions, and more than these nobody can check by eye."""

Part = TypeVar("Part")


class Unreadable(Exception):
    """The rest of the text cannot be read after this; the problem is in the report."""


@define
class Parser(ABC, Generic[Part]):
    """Reads one token after the other. What a condition is, and what is made of joined ones, a kind of parser says."""

    what: ClassVar[str] = "guard"
    code: ClassVar[str] = "P040"

    terms: Terms
    tokens: list[Token]
    place: int = 0
    depth: int = 0
    conditions: int = 0

    @abstractmethod
    def condition(self) -> Part:
        """One condition, without ``not`` and parentheses around it."""

    @abstractmethod
    def negated(self, part: Part) -> Part:
        """``not part``."""

    @abstractmethod
    def all_of(self, parts: tuple[Part, ...]) -> Part:
        """Parts joined by ``and``."""

    @abstractmethod
    def any_of(self, parts: tuple[Part, ...]) -> Part:
        """Parts joined by ``or``."""

    def whole(self) -> Part:
        """Everything up to the end."""
        found = self._group()
        if self._next.kind != "end":
            self._fail("'and', 'or' or the end", self.why_not_more())
        return found

    @abstractmethod
    def why_not_more(self) -> str:
        """What would be right where nothing more can follow."""

    @property
    def _next(self) -> Token:
        return self.tokens[self.place]

    def _take(self) -> Token:
        token = self._next
        self.place += token.kind != "end"
        return token

    def _accept(self, *texts: str) -> Token | None:
        return self._take() if self._next.text in texts and self._next.kind != "end" else None

    def _expect(self, text: str, hint: str = "") -> Token:
        return self._accept(text) or self._fail(f"'{text}'", hint)

    def _fail(self, expected: str, hint: str = "") -> Token:
        hint = hint or f"'protocol explain language' shows what a {self.what} may hold."
        found = f"the end of the {self.what}" if self._next.kind == "end" else shown(self._next.text)
        self.terms.report.add(self.code, f"expected {expected}, found {found}", self.terms.at(self._next), hint)
        raise Unreadable

    def _group(self) -> Part:
        parts = self._parts("or", self._and)
        return self.any_of(parts) if len(parts) > 1 else parts[0]

    def _and(self) -> Part:
        parts = self._parts("and", self._linked)
        return self.all_of(parts) if len(parts) > 1 else parts[0]

    def _linked(self) -> Part:
        """What ``and`` joins: a condition, and for some parsers more."""
        return self._part()

    def _parts(self, word: str, part: Callable[[], Part]) -> tuple[Part, ...]:
        parts = [part()]
        while self._accept(word):
            parts.append(part())
        return tuple(parts)

    def _part(self) -> Part:
        token = self._accept("(", "not")
        return self._deeper(token) if token else self._one()

    def _one(self) -> Part:
        self.conditions += 1
        if self.conditions > MOST_CONDITIONS:
            self._too_much(f"has more than {MOST_CONDITIONS} conditions", self._next)
        return self.condition()

    def _too_much(self, says: str, token: Token) -> NoReturn:
        self.terms.report.add("P042", f"the {self.what} {says}", self.terms.at(token), "Give its parts names under 'derived'.")
        raise Unreadable

    def _deeper(self, token: Token) -> Part:
        self.depth += 1
        if self.depth > DEEPEST:
            self._too_much(f"is nested more than {DEEPEST} deep", token)
        inner = self.negated(self._part()) if token.text == "not" else self._group()
        if token.text == "(":
            self._expect(")", "Close each parenthesis.")
        self.depth -= 1
        return inner
