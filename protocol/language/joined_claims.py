"""How claims are joined: by ``while``, ``or``, ``and``, ``since``, ``not``, and ``at least 2 times`` before one of them.

``while`` binds least, then ``or``, ``and``, and most of all ``not`` and ``at least 2 times``; so ``not escalate since hold`` says
that since a hold nothing was escalated. What could be read in two ways is refused: beside ``and``, ``or`` and ``while`` what has
``since`` stands in parentheses, and so does what has ``times`` before one of them. What looks back holds nothing that looks
back itself.
"""

from __future__ import annotations

import re
from typing import ClassVar

from protocol.language.connectives import Parser, Unreadable
from protocol.language.guard_tokens import Token
from protocol.model.property import All, Any, Claim, No, Past, Since, Times, While, claims

MOST_PAST = 4
"""So many claims that look back a property may have; each doubles or trebles what has to be asked at a visit."""
NOT_IN_PAST = "Say each of the two by itself and join them by 'and', or let a tracker count one of them."
_COUNT = re.compile(r"[1-9][0-9]{0,2}")
_BOTH = "Write '(no drug since stop) or hold', or 'no drug since (stop or hold)'."
_ONE = "Write '(at least 2 times hold) or stop', or 'at least 2 times (hold or stop)'."
_TIMES = "Write 'at least 2 times hold'."


class JoinedClaims(Parser[Claim]):
    """Reads what joins claims; what one claim is, is read elsewhere."""

    what: ClassVar[str] = "claim"
    code: ClassVar[str] = "P080"

    def negated(self, part: Claim) -> Claim:
        """``not part``."""
        return No(part)

    def all_of(self, parts: tuple[Claim, ...]) -> Claim:
        """Parts joined by ``and``."""
        return All(parts)

    def any_of(self, parts: tuple[Claim, ...]) -> Claim:
        """Parts joined by ``or``."""
        return Any(parts)

    def _group(self) -> Claim:
        what = super()._group()
        return While(what, super()._group()) if self._accept("while") else what

    def _linked(self) -> Claim:
        before = self.tokens[self.place - 1].text if self.place else ""
        what = super()._linked()
        since = self._accept("since")
        if not since:
            return what
        found = self._looking_back(since, Since(what, super()._linked()))
        self._check_alone(since, before, self._next.text)
        return found

    def _part(self) -> Claim:
        return self._times() if self._is_times() else super()._part()

    def _is_times(self) -> bool:
        return self._next.text == "at" and self.tokens[self.place + 1].text == "least"

    def _times(self) -> Claim:
        first = self._take()
        self._take()
        count = self._take() if _COUNT.fullmatch(self._next.text) else self._fail("a number of visits", _TIMES)
        if not self._accept("times", "time"):
            self._fail("'times'", _TIMES)
        if self._is_times():
            self._refuse_past(first)
        found = self._looking_back(first, Times(int(count.text), super()._part()))
        self._check_alone(first, self._next.text)
        return found

    def _looking_back(self, at: Token, claim: Past) -> Claim:
        if any(part != claim and isinstance(part, Past) for part in claims(claim)):
            self._refuse_past(at)
        return claim

    def _check_alone(self, at: Token, *beside: str) -> None:
        """Notes what could look back at one claim, or at several that are joined."""
        joined = next((word for word in beside if word in ("and", "or", "while")), None)
        if joined:
            word, hint = ("since", _BOTH) if at.text == "since" else ("at least ... times", _ONE)
            message = f"'{word}' beside '{joined}' can be read in two ways"
            self.terms.report.add("P080", message, self.terms.at(at), hint)
            raise Unreadable

    def _refuse_past(self, at: Token) -> None:
        word = "since" if at.text == "since" else "at least ... times"
        message = f"'{word}' looks back at something that looks back itself"
        self.terms.report.add("P083", message, self.terms.at(at), NOT_IN_PAST)
        raise Unreadable

    def why_no_more_claims(self) -> str:
        """What would be right where nothing more can follow a claim; empty where that is nothing of claims."""
        if self._next.text == "while":
            return "A claim has one 'while'; write 'and', or put one of them in parentheses."
        if self._next.text == "since":
            return NOT_IN_PAST
        return _TIMES if _COUNT.fullmatch(self._next.text) else ""

    def why_no_claim(self) -> str:
        """What would be right where a number stands instead of a claim."""
        return _TIMES if self._next.kind == "number" else ""
