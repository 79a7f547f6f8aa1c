"""Do two protocols decide alike at every visit, whatever came before? Asked of the solver cvc5.

A visit is asked at each place: control state, level, and any reasons of a hold. The formula of a rule says when its guard is true
on evidence that was not acted on; that of a place which rules then order, permit and recommend. cvc5 looks for a patient of whom
the two differ, who need not be reachable. Where there is none they are the same on every course:

- What is missing is decided by all completions together, and each completion is one patient here. So the sets of possible effects
  are the same whatever is missing, and with them what is decided, permitted, silent and, where all of it lowers, provisional.
- Else the first rule that acts in every completion decides. It is another one only where two rules that both act change places,
  or where a rule acts in another completion than it did; ``_first`` asks both.
- What a visit leaves behind follows from the effect, from the hold rules that are true, and from what is declared of inputs and
  trackers, which has to be the same. So both are in the same state again, and the next visit is asked like this one.

Where several effects have one dose, such as a hold and a review that withholds, the order of rules can decide which of them is
followed. So rules of such that change places count as different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, takewhile

import cvc5
from attrs import define, evolve, field

from protocol.model.guard import Value
from protocol.model.input import Choice, YesNo
from protocol.model.protocol import Protocol
from protocol.model.state import UNORDERED
from tests.oracle.formulas import Facts, Term, Words
from tests.oracle.formulas_of_rules import OFF, Does, Place, Rules


@define(eq=False, slots=False)
class Side:
    """A protocol at a place, in as many completions of what is missing of one patient as are asked."""

    facts: Facts
    place: Place
    reasons: tuple[str, ...]
    _worlds: dict[str, Rules] = field(factory=dict)

    def world(self, name: str = "") -> Rules:
        if name not in self._worlds:
            self._worlds[name] = Rules(self.facts.elsewhere(name) if name else self.facts, self.place, self.reasons)
        return self._worlds[name]

    def one_patient(self, name: str) -> Iterator[Term]:
        """What is known and is no number is the same in this completion; a number may have been read as a bound."""
        w, here, there = self.facts.words, self.facts, self.world(name).facts
        for item in here.protocol.inputs:
            if isinstance(item.kind, Choice | YesNo):
                same = w.compare(here.value(Value(item.name)), "==", there.value(Value(item.name)))
                yield w.any([w.isnt(here.is_known(item.name)), same])


@define(eq=False, slots=False)
class Comparing:
    """One protocol, against others of the same inputs and levels."""

    protocol: Protocol
    words: Words = field(factory=Words)
    _solver: cvc5.Solver = field(init=False)
    _facts: Facts = field(init=False)
    _told: int = 0
    _sides: dict[tuple[Place, tuple[str, ...]], Side] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self._solver = cvc5.Solver(self.words.tm)
        self._solver.setOption("incremental", "true")
        self._facts = Facts(self.words, self.protocol)

    def differs(self, other: Protocol, always: Callable[[Rules], Term] | None = None) -> str:
        """Where a patient can be decided differently; empty where the two decide alike.

        ``always`` is what is so of every patient whom the other protocol has led here, as far as that was shown.
        """
        if _declared(self.protocol) != _declared(other):
            return "declared otherwise"
        facts, named = self._facts.of(other), reasons(self.protocol, other)
        for place in places(self.protocol):
            if _asked(self.protocol, place) != _asked(other, place):
                old, new = self._sides.setdefault((place, named), Side(self._facts, place, named)), Side(facts, place, named)
                so = always(new.world()) if always else self.words.yes
                if any(self.is_possible(self.words.all([so, way])) for way in _ways_to_differ(old, new)):
                    return f"{place.control} {place.level}".strip()
        return ""

    def is_possible(self, question: Term) -> bool:
        """Whether there is a patient of whom it is so."""
        for one in self.words.natural[self._told :]:
            self._solver.assertFormula(one)
        self._told = len(self.words.natural)
        if question == self.words.no:
            return False
        answer = self._solver.checkSatAssuming(question)
        assert answer.isSat() or answer.isUnsat(), answer.getUnknownExplanation()
        return bool(answer.isSat())


def _ways_to_differ(old: Side, new: Side) -> Iterator[Term]:
    """What is known, what is given and remembered, and the first rule that is sure, one after the other."""
    one, other, w = old.world(), new.world(), old.facts.words
    held = one.for_a_reason()
    known = [(one.facts.is_known(item.name), other.facts.is_known(item.name)) for item in old.facts.protocol.inputs]
    yield w.all([held, w.any([*(w.differ(*both) for both in known), *_said(one, other), *_holds(one, other)])])
    yield w.all([held, w.any([*_first(old, new), *_first(new, old)])])


def _declared(protocol: Protocol) -> tuple[object, ...]:
    """What has to be the same of two protocols; how long a value counts is told."""
    inputs = [evolve(one, valid_for=None, schedule=None) for one in protocol.inputs]
    p = protocol
    return inputs, p.levels, p.ladder_ends, p.safe_side, p.between_visits, p.act_within, p.resolution, p.silent


def _asked(protocol: Protocol, place: Place) -> tuple[object, ...]:
    """All that is asked at a place; where it is the same nothing differs."""
    here = {place.control} if place.control == "before treatment" else {place.control, "on treatment"}
    p = protocol
    rules = [rule for rule in p.in_force() if rule.name == place.by or any(where.control in here for where in rule.where)]
    return rules, p.otherwise, p.inputs, p.derived, p.numbers, p.scores, p.trackers, p.interpretations


def reasons(*protocols: Protocol) -> tuple[str, ...]:
    """What can be a reason of a hold in any of them."""
    found = {UNORDERED}
    for rule in (rule for one in protocols for rule in one.rules):
        found |= {name for where in rule.where if where.control == "held" for name in where.by}
        found |= {rule.name} if "hold" in (rule.action.kind, rule.action.off_ladder) else set()
    return tuple(sorted(found))


def places(protocol: Protocol) -> Iterator[Place]:
    levels = [*(level.name for level in protocol.levels), OFF]
    reviews = [rule.name for rule in protocol.rules if rule.action.kind == "review"]
    yield Place("before treatment")
    for level in levels:
        yield Place("on treatment", level)
        yield Place("held", level)
        yield from (Place("in review", level, by) for by in reviews)


def _said(old: Rules, new: Rules) -> Iterator[Term]:
    """What the rules give in one completion, and by which of them drug is withheld where none is sure."""
    w, before, after = old.words, old.said, new.said
    turned = list(_turned(old, new))
    for what in {**before, **after}:
        if not (what[0] == "holds by" and what in before and what in after and _asks_apart(old, new, str(what[1]), turned)):
            yield w.differ(before.get(what, w.no), after.get(what, w.no))
    for one, two in turned:
        if _are_alike_in_dose(old.does(old.protocol.rule(one)), old.does(old.protocol.rule(two))):
            yield w.yes


def _turned(old: Rules, new: Rules) -> Iterator[tuple[str, str]]:
    """Two rules that stand the other way round."""
    after = [rule.name for rule in new.rules]
    for one, two in combinations([rule.name for rule in old.rules if rule.name in after], 2):
        if after.index(two) < after.index(one):
            yield one, two


def _are_alike_in_dose(one: Does, two: Does) -> bool:
    """Whether their order may tell which of them was followed, or is the least."""
    one, two = one._replace(undefined=""), two._replace(undefined="")
    return one.dose == two.dose and one != two and "stopped" not in (one.control, two.control)


def _asks_apart(old: Rules, new: Rules, name: str, turned: Sequence[tuple[str, str]]) -> bool:
    """Whether a hold asks nothing that is asked by those with which it changed places, nor these what a rule above them asks.

    Then each can be true without the other, so that where none is sure the names of both are kept, whichever is first.
    """
    moved = {other for pair in turned if name in pair for other in pair} - {name}
    asks = {rule.name: old.facts.asks(rule.when) for rule in old.rules}
    above = {rule.name for rules in (old, new) for rule in takewhile(lambda rule: rule.name != name, rules.rules)} - moved
    return bool(moved) and all(asks[one].isdisjoint(asks[two]) for one in moved for two in (name, *above))


def _holds(old: Rules, new: Rules) -> Iterator[Term]:
    """The hold rules that are true are remembered, whichever acts; but a reason that is there is there, unless a date counts."""
    w, level = old.words, old.place.level
    before, after = ({rule.name: rules.acts(rule) for rule in rules.holding(level)} for rules in (old, new))
    for name in {**before, **after}:
        is_there = old.reason(name) if old.place.control == "held" and not old.facts.dates_a_hold else w.no
        yield w.all([w.differ(before.get(name, w.no), after.get(name, w.no)), w.isnt(is_there)])


def _first(old: Side, new: Side) -> Iterator[Term]:
    """The first rule that acts in every completion is another one, and one of the two lowers the dose."""
    w, rules, before, after = old.facts.words, old.world(), old.world().firsts, new.world().firsts
    names = list(before)
    lowers = {name: rules.lowers(does) for name, (_, does) in {**after, **before}.items()}
    for one, two in _turned(rules, new.world()):
        if {one, two} <= before.keys() & after.keys() and (lowers[one] or lowers[two]) and before[one][1] != before[two][1]:
            yield w.all([side[name][0] for side in (before, after) for name in (one, two)])
    for place, name in enumerate(names):
        acts, there = before[name][0], after[name][0] if name in after else w.no
        if acts != there and (lowers[name] or any(lowers[later] for later in after if later not in names[:place])):
            yield w.all([acts, w.isnt(there), *_is_first(old, names[: place + 1])])


def _is_first(side: Side, names: Sequence[str]) -> Iterator[Term]:
    """The last of these rules is the first that acts in every completion: of each above it there is one where it does not."""
    for higher in names[:-1]:
        there = side.world(higher).firsts
        yield from (there[names[-1]][0], side.facts.words.isnt(there[higher][0]), *side.one_patient(higher))
