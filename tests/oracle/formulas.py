"""What a guard asks at one visit, as a formula for the solver cvc5, with nothing said of how the patient came there.

Of an input it is free whether it was ever read, how long ago, and what its value is; of what was never read, or too long ago, the
value is a completion. So are all clocks, counts and scores, each within what it can be by its kind. Two protocols share what
they declare alike: where one declares a tracker or anything that it rests on otherwise, each has one of its own.

This shares the model with the package and with the other second opinions, and no line of code.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from typing import Any

import cvc5
from attrs import define, field, fields, has
from cvc5 import Kind

from protocol.model.guard import Always, And, Clock, Compare, Guard, Is, Known, Named, Not, Or, Ratio, Tracked, Value
from protocol.model.input import Choice, Grade, Number, Tracker
from protocol.model.protocol import Protocol

SIGNS = {"<": Kind.LT, "<=": Kind.LEQ, ">": Kind.GT, ">=": Kind.GEQ, "==": Kind.EQUAL, "!=": Kind.DISTINCT}
Term = Any


@define(eq=False, slots=False)
class Words:
    """The variables of a question to the solver, each made once, and what is so of each by its kind."""

    tm: Any = field(factory=cvc5.TermManager)
    natural: list[Term] = field(factory=list)
    _made: dict[str, Term] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.yes, self.no = self.tm.mkTrue(), self.tm.mkFalse()

    def all(self, some: Iterable[Term]) -> Term:
        return self._joined(Kind.AND, some, self.yes, self.no)

    def any(self, some: Iterable[Term]) -> Term:
        return self._joined(Kind.OR, some, self.no, self.yes)

    def _joined(self, kind: Kind, some: Iterable[Term], idle: Term, settled: Term) -> Term:
        telling = [one for one in dict.fromkeys(some) if one != idle]
        if settled in telling:
            return settled
        return telling[0] if len(telling) == 1 else self.tm.mkTerm(kind, *telling) if telling else idle

    def isnt(self, one: Term) -> Term:
        if one in (self.yes, self.no):
            return self.no if one == self.yes else self.yes
        return self.tm.mkTerm(Kind.NOT, one)

    def differ(self, one: Term, other: Term) -> Term:
        return self.no if one == other else self.tm.mkTerm(Kind.XOR, one, other)

    def compare(self, one: Term, sign: str, other: Term | Fraction | int) -> Term:
        return self.tm.mkTerm(SIGNS[sign], one, other if isinstance(other, cvc5.Term) else self.real(other))

    def real(self, value: Fraction | int) -> Term:
        return self.tm.mkReal(Fraction(value).numerator, Fraction(value).denominator)

    def truth(self, name: str) -> Term:
        if name not in self._made:
            self._made[name] = self.tm.mkConst(self.tm.getBooleanSort(), name)
        return self._made[name]

    def number(self, name: str, low: Fraction | int | None = 0, high: Fraction | None = None) -> Term:
        if name not in self._made:
            made = self._made[name] = self.tm.mkConst(self.tm.getRealSort(), name)
            self.natural += [self.compare(made, sign, end) for sign, end in ((">=", low), ("<=", high)) if end is not None]
        return self._made[name]

    def one_of(self, name: str, values: Iterable[int]) -> Term:
        if name not in self._made:
            made = self._made[name] = self.tm.mkConst(self.tm.getRealSort(), name)
            self.natural.append(self.any([self.compare(made, "==", value) for value in values]))
        return self._made[name]

    def count(self, name: str) -> Term:
        """A whole number, none or more."""
        if name not in self._made:
            whole = self.tm.mkConst(self.tm.getIntegerSort(), name)
            self._made[name] = self.tm.mkTerm(Kind.TO_REAL, whole)
            self.natural.append(self.compare(self._made[name], ">=", 0))
        return self._made[name]


@define(eq=False, slots=False)
class Facts:
    """A patient at a visit, of whom the guards of one protocol are asked, in the completion ``world``."""

    words: Words
    protocol: Protocol
    world: str = ""
    _true: dict[int, tuple[Guard, Term]] = field(factory=dict)
    _declared: dict[Any, str] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.rules = self.protocol.in_force()

    @cached_property
    def dates_a_hold(self) -> bool:
        """Whether it matters when a hold began."""
        p = self.protocol
        asked = within((self.rules, p.derived, p.interpretations, p.trackers))
        return any(rule.once for rule in self.rules) or Clock("hold") in asked

    def of(self, other: Protocol) -> Facts:
        """The same of another protocol; where it declares nothing otherwise, what was found of one is so of the other."""
        if _grounds(self.protocol) == _grounds(other):
            return Facts(self.words, other, self.world, self._true, self._declared)
        return Facts(self.words, other, self.world)

    def elsewhere(self, world: str) -> Facts:
        """The same patient in another completion of what is missing."""
        return Facts(self.words, self.protocol, f" where {world} is not sure", declared=self._declared)

    def true(self, guard: Guard) -> Term:
        if id(guard) not in self._true:
            self._true[id(guard)] = guard, self._is_true(guard)
        return self._true[id(guard)][1]

    def _is_true(self, guard: Guard) -> Term:
        w = self.words
        match guard:
            case Always():
                return w.yes
            case Named(name):
                return self.true(self.protocol.definition(name))
            case Not(part):
                return w.isnt(self.true(part))
            case And(items):
                return w.all(map(self.true, items))
            case Or(items):
                return w.any(map(self.true, items))
            case Known(name, within):
                return self.is_known(name, within)
            case Is(name, option):
                return w.compare(self.value(Value(name)), "==", self.options(name).index(option))
            case Compare(term, sign, constant, early):
                return w.compare(self.value(term), sign, constant - early)
        raise TypeError(guard)

    def is_known(self, name: str, within: int | None = None) -> Term:
        if self.score(name):
            return self.words.yes
        if self.computed(name):
            return self.words.truth(f"{self.declared(name)} is known")
        most = [most for most in (self.protocol.input(name).valid_for, within) if most is not None]
        was_read = self.words.truth(f"{name} was read")
        return self.words.all([was_read, *(self.words.compare(self.age(name), "<=", one) for one in most)])

    def age(self, name: str) -> Term:
        """Minutes since it was observed; of a computed number since the newest part was, or could have been."""
        return self.words.number(f"age of {self.declared(name) if self.computed(name) else name}")

    def options(self, name: str) -> tuple[str, ...]:
        kind = self.protocol.input(name).kind
        return kind.options if isinstance(kind, Choice) else ("yes", "no")

    def value(self, term: Any) -> Term:
        match term:
            case Clock(name):
                return self.words.number(f"time since {name}")
            case Ratio(name, limit):
                return self.words.number(f"{name} / {limit}{self.world}")
            case Tracked(name):
                return self._tracked(self.protocol.tracker(name))
            case Value(name):
                return self._read(name)
        raise NotImplementedError(f"cvc5 is not told what {term} is")

    def _tracked(self, tracker: Tracker) -> Term:
        name = self.declared(tracker.name) + self.world
        if tracker.kind in ("episodes", "consecutive"):
            return self.words.count(name)
        return self.words.number(name, 0 if tracker.kind in ("duration", "since") else None)

    def _read(self, name: str) -> Term:
        if score := self.score(name):
            each = [(f"{item.name} of {self.declared(name, item)}", set(item.points())) for item in score.items]
            points = [self.words.one_of(*one) for one in each]
            return self.words.tm.mkTerm(Kind.ADD, *points) if len(points) > 1 else points[0]
        number = self.computed(name)
        kind, of = (number.kind, self.declared(name)) if number else (self.protocol.input(name).kind, name)
        if isinstance(kind, Number):
            return self.words.number(of + self.world, kind.low, kind.high)
        return self.words.one_of(of + self.world, range(6 if isinstance(kind, Grade) else len(self.options(name))))

    def score(self, name: str) -> Any:
        return next((score for score in self.protocol.scores if score.name == name), None)

    def computed(self, name: str) -> Any:
        return next((number for number in self.protocol.numbers if number.name == name), None)

    # What is declared alike has one variable

    def declared(self, name: str, what: Any = None) -> str:
        """The name of what is declared, with all that it rests on."""
        if (name, what) not in self._declared:
            declaration = what or self._declaration(name)
            rests = {repr(declaration): declaration}
            self._rest(declaration, rests)
            self._declared[name, what] = f"{name} [{' '.join(sorted(rests))}]"
        return self._declared[name, what]

    def asks(self, guard: Guard) -> set[str]:
        """The names of all that a guard rests on."""
        rests = dict[str, Any]()
        self._rest(guard, rests)
        return {one.name for one in rests.values()}

    def _declaration(self, name: str) -> Any:
        p = self.protocol
        declarations = (*p.inputs, *p.numbers, *p.scores, *p.trackers, *p.derived)
        return next((one for one in declarations if one.name == name), None) or next(
            one.reading() for one in p.interpretations if one.name == name
        )

    def _rest(self, what: Any, found: dict[str, Any]) -> None:
        for part in within(what):
            if name := getattr(part, "input", "") or getattr(part, "tracker", "") or (isinstance(part, Named) and part.name):
                declaration = self._declaration(name)
                if repr(declaration) not in found:
                    found[repr(declaration)] = declaration
                    self._rest(declaration, found)

    # What is later than what was acted on

    def newer(self, guard: Guard, wanted: bool, since: str) -> Term:
        """Whether something that makes the guard what it is ``wanted`` to be, which it is, arose after the last ``since``."""
        w = self.words
        match guard:
            case Named(name):
                return self.newer(self.protocol.definition(name), wanted, since)
            case Not(part):
                return self.newer(part, not wanted, since)
            case And(items) | Or(items):
                so = [self.true(item) if wanted else w.isnt(self.true(item)) for item in items]
                return w.any([w.all([one, self.newer(item, wanted, since)]) for one, item in zip(so, items, strict=True)])
            case Always() | Known():
                return w.no
            case Is(name):
                return self._read_later(name, self.is_known(name), since)
            case Compare(Clock() as clock, sign, constant, early):
                return self._due_later(clock, constant - early, since) if wanted and sign in (">", ">=") else w.no
            case Compare(Value(name) | Ratio(name) as term):
                if self.score(name):
                    return w.truth(f"{self.declared(name)} as {guard} is {wanted} since {since}")
                limits = [w.truth(f"{term.limit} of {name}")] if isinstance(term, Ratio) and term.limit != "baseline" else []
                return self._read_later(name, w.all([self.is_known(name), *limits]), since)
            case Compare(Tracked(name)):
                return w.truth(f"{self.declared(name)} as {guard} is {wanted} since {since}")
        raise TypeError(guard)

    def ago(self, since: str) -> Term:
        """Minutes since the last step, or since the last hold began."""
        return self.words.number(f"ago: {since}")

    def _read_later(self, name: str, known: Term, since: str) -> Term:
        """What is missing could be read now."""
        w = self.words
        read = w.compare(self.age(name), "<", self.ago(since))
        if self.computed(name):
            return read
        return w.any([w.all([known, read]), w.all([w.isnt(known), w.compare(self.ago(since), ">", 0)])])

    def _due_later(self, clock: Clock, due: Fraction, since: str) -> Term:
        w = self.words
        if clock.name.startswith("dose"):
            raise NotImplementedError("whether a wait since the last step is evidence is not told")
        if clock.name == "treatment":
            return w.compare(w.number(f"time on treatment until {since}"), "<", due)
        past = w.tm.mkTerm(Kind.SUB, self.value(clock), w.real(due))
        return w.compare(past, "<", self.ago(since))


def within(what: Any) -> Iterator[Any]:
    """The value and all that it is made of."""
    if isinstance(what, tuple):
        for one in what:
            yield from within(one)
    elif has(type(what)):
        yield what
        for part in fields(type(what)):
            yield from within(getattr(what, part.name))


def _grounds(protocol: Protocol) -> tuple[object, ...]:
    p = protocol
    return p.inputs, p.derived, p.numbers, p.scores, p.trackers, p.interpretations
