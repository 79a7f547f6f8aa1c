"""From the text of a claim to the claim: what a property says of one visit, with the conditions of guards in it.

In a list of levels or rules ``or`` goes on with the list if a level or rule follows it: ``on treatment at starting or
escalated``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from protocol.language.connectives import Unreadable
from protocol.language.guard_terms import Terms
from protocol.language.guard_tokens import Token, tokens
from protocol.language.guards import GuardParser, said
from protocol.language.hints import listed, meant
from protocol.language.joined_claims import JoinedClaims
from protocol.language.names import RESERVED, Names
from protocol.language.nodes import Located, Node, Scalar
from protocol.language.report import Report, Span
from protocol.model.guard import Always, And, Guard, Not, Or
from protocol.model.property import (
    MOVES,
    Acts,
    Asks,
    At,
    ByRule,
    Claim,
    DoseIs,
    DoseMoves,
    HasStatus,
    No,
    NoDrug,
    Relation,
    Silent,
    Withheld,
)
from protocol.model.rule import ACTIONS, STATUSES, ActionKind, ControlKind, Where

ALONE = (*ACTIONS, "held", "stopped", "withheld", *STATUSES, "silent")
"""Words that claim something by themselves."""
SECOND = {
    "before": ("treatment",),
    "on": ("treatment",),
    "in": ("review",),
    "no": ("drug",),
    "was": ("before", "on", "in", "held", "stopped"),
    "dose": ("above", "below", "at", "is", *MOVES),
    "rule": ("is",),
}
"""Words that claim something together with the next one."""
_PLACES: dict[str, ControlKind] = {
    "before": "before treatment",
    "on": "on treatment",
    "in": "in review",
    "held": "held",
    "stopped": "stopped",
}
CLAIMS = (
    *ACTIONS, "before treatment", "on treatment at LEVEL", "held by RULE", "in review by RULE", "stopped", "was PLACE",
    "dose above LEVEL", "dose below LEVEL", "dose at least LEVEL", "dose at most LEVEL", "dose is LEVEL", "dose raised",
    "dose lowered", "dose unchanged", "no drug", "withheld", *STATUSES, "silent", "rule is RULE",
    "at least 2 times CLAIM", "CLAIM since CLAIM",
)  # fmt: skip
_UNREADABLE = Asks(Always())


def read_claim(report: Report, names: Names, node: Node, key: Scalar) -> Claim:
    """The claim of a node, with all that is wrong with it in the report; anything where it could not be read."""
    text = said(report, node, key, "claim", "Write a claim, such as 'stop', 'no drug' or 'toxicity >= 3'.")
    return parsed_claim(report, names, text) if text else _UNREADABLE


def parsed_claim(report: Report, names: Names, text: Located) -> Claim:
    """The claim of a text, with all that is wrong with it in the report."""
    found = tokens(report, text)
    if found is None:
        return _UNREADABLE
    try:
        return ClaimParser(Terms(report, text, names), found).whole()
    except Unreadable:
        return _UNREADABLE


class ClaimParser(JoinedClaims):
    """Reads one claim."""

    def condition(self) -> Claim:
        """One claim, without ``not`` and parentheses around it."""
        word = self._next
        no_claim = word.text == "since" and not self._declared(word)
        if no_claim or word.kind != "word" or word.text in ("and", "or", "is", "while", "at", "by"):
            what = f"Write a condition such as 'toxicity >= 3', or one of: {listed(CLAIMS)}"
            self._fail("a claim", self.why_no_claim() or what)
        if self._is_compared(word) and word.text not in ("dose", "rule"):
            return self._asked()
        if word.text in ALONE:
            self._check_one_meaning(word)
            return self._alone()
        if word.text in SECOND and (self._after(1).text in SECOND[word.text] or not self._declared(word)):
            self._check_one_meaning(word, self._after(1))
            return self._together()
        self._check_word(word)
        return self._asked()

    def _asked(self) -> Claim:
        """A condition that a guard could hold; what guards negate in a word is negated as a claim."""
        guards = GuardParser(self.terms, self.tokens, self.place)
        try:
            condition = guards.condition()
        finally:
            self.place = guards.place
        return _claimed(condition)

    def _alone(self) -> Claim:
        word = self._next.text
        if word in _PLACES:
            return self._place(before=False)
        self._take()
        if word in ACTIONS:
            return Acts(word)
        if word in STATUSES:
            return HasStatus(word)
        return Withheld() if word == "withheld" else Silent()

    def _together(self) -> Claim:
        word = self._next.text
        if word == "was":
            self._take()
            if self._next.text not in _PLACES:
                self._fail("a place", "Write 'was on treatment', 'was held', 'was in review', 'was before treatment'.")
            return self._place(before=True)
        if word in _PLACES:
            return self._place(before=False)
        self._take()
        if word == "no":
            self._expect("drug", "Write 'no drug', or 'not' for the opposite of a claim.")
            return NoDrug()
        return self._dose() if word == "dose" else self._rule()

    def _place(self, before: bool) -> Claim:
        control = _PLACES[self._take().text]
        for word in control.split()[1:]:
            self._expect(word, f"Write '{control}'.  A patient whose drug is interrupted is 'held'.")
        by: tuple[str, ...] = ()
        levels: tuple[str, ...] = ()
        if control in ("held", "in review") and self._accept("by"):
            named = self._names("rule", self.names.rules, lambda name, at: self._check_rule(name, at, control))
            by = self.names.cells_of(named, "hold" if control == "held" else "review")
        if control in ("on treatment", "held", "in review") and self._accept("at"):
            levels = self._names("dose level", self.names.levels, self._check_level)
        return At(Where(control, levels, by), before)

    def _dose(self) -> Claim:
        word = self._take().text
        if word in MOVES:
            return DoseMoves(word)
        if word == "at":
            if self._next.text not in ("least", "most"):
                self._fail("'least' or 'most'", f"Write 'dose at least {self._next.text}', or 'dose is {self._next.text}'.")
            word = f"at {self._take().text}"
        elif word not in ("above", "below", "is"):
            self.place -= 1
            words = ("above", "below", "at least", "at most", "is")
            self._fail("a comparison of doses", f"Write dose {', '.join(words)} and a level; or dose {', '.join(MOVES)}.")
        negated = word == "is" and self._accept("not") is not None
        claim = DoseIs(cast(Relation, word), self._name("a dose level", self._check_level))
        return No(claim) if negated else claim

    def _rule(self) -> Claim:
        self._expect("is", "Write 'rule is hold-cytopenia'.")
        negated = self._accept("not") is not None
        claim = ByRule(self._name("a rule", lambda name, at: self._check_rule(name, at, None)))
        return No(claim) if negated else claim

    @property
    def names(self) -> Names:
        """What the protocol declares."""
        return self.terms.names

    def _names(self, kind: str, known: Iterable[str], check: Callable[[str, Span], None]) -> tuple[str, ...]:
        found = [self._name(f"a {kind}", check)]
        while self._next.text == "or" and self._goes_on(kind, frozenset(known)):
            self._take()
            found.append(self._name(f"a {kind}", check))
        return tuple(found)

    def _name(self, what: str, check: Callable[[str, Span], None]) -> str:
        token = self._take() if self._next.kind == "word" else self._fail(what)
        check(token.text, self.terms.at(token))
        return token.text

    def _goes_on(self, kind: str, known: frozenset[str]) -> bool:
        """Whether the word after 'or' belongs to the list: it does unless it begins a claim."""
        word, after = self._after(1), self._after(2)
        if word.kind != "word" or word.text in RESERVED or after.kind == "operator" or after.text in ("is", "("):
            return False
        begins = bool(self._declared(word)) or word.text in ALONE or after.text in SECOND.get(word.text, ())
        if begins and word.text in known:
            hint = "Put the place in parentheses where the list ends before it, or write the level or rule first in the list."
            self._ambiguous(word, f"a {kind}", hint)
        return not begins or word.text in known

    def _check_level(self, name: str, at: Span) -> None:
        self.names.check_level(self.terms.report, name, at)

    def _check_rule(self, name: str, at: Span, control: ControlKind | None) -> None:
        kinds: dict[ControlKind | None, ActionKind | None] = {"held": "hold", "in review": "review"}
        self.names.check_rule(self.terms.report, name, at, kinds.get(control))

    def _after(self, count: int) -> Token:
        return self.tokens[min(self.place + count, len(self.tokens) - 1)]

    def _is_compared(self, word: Token) -> bool:
        return self._after(1).kind == "operator" or self._after(1).text == "is"

    def _declared(self, word: Token) -> str:
        return self.names.section(word.text)

    def _check_one_meaning(self, word: Token, second: Token | None = None) -> None:
        """Notes a word that claims something and is declared too; words that only a name can stand between are one thing."""
        if self._declared(word) and (second is None or second.text == "is"):
            also = f"Write '{word.text} is yes' where a yes-or-no input is meant; otherwise give it another name."
            self._ambiguous(word, "a word of claims", also if second is None else "Give it another name.")

    def _ambiguous(self, word: Token, kind: str, hint: str) -> None:
        name = {
            "inputs": "an input",
            "derived": "a derived input",
            "trackers": "a tracker",
            "interpretations": "an interpretation",
        }
        other = name.get(self._declared(word), "a word of claims")
        self.terms.report.add("P081", f"'{word.text}' is {kind} and also {other}", self.terms.at(word), hint)

    def _check_word(self, word: Token) -> None:
        """Says so where an unknown name is rather a misspelled word of claims."""
        names = self.names
        if self._declared(word) or word.text in RESERVED or names.broken:
            return
        declared = [*names.inputs, *names.derived, *names.trackers, *names.interpretations]
        near = {"off": "stopped"}.get(word.text) or meant(word.text, [*ALONE, *SECOND])
        if near and not meant(word.text, declared):
            message = f"'{word.text}' is neither a word of claims nor a declared name"
            self.terms.report.add("P080", message, self.terms.at(word), f"did you mean '{near}'?  Words: {listed(CLAIMS)}")
            raise Unreadable

    def why_not_more(self) -> str:
        """What would be right where nothing more can follow."""
        return self.why_no_more_claims() or GuardParser(self.terms, self.tokens, self.place).why_not_more()


def _claimed(condition: Guard) -> Claim:
    match condition:
        case Not(part):
            return No(_claimed(part))
        case And() | Or():
            raise TypeError(f"{condition!r} is not one condition")
        case _:
            return Asks(condition)
