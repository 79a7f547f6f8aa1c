"""What do the ordered rules order, recommend and permit in one world?

The first group of equal right that orders something ends the search; what may be done is offered on the way. On hold the resume
rules that act are gathered until every reason is answered; drug then comes back at the lowest level that anything asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from attrs import evolve, frozen

from protocol.executors.compiled.frame import node
from protocol.executors.compiled.fresh import HOLD, STEP, ActedOn, is_used
from protocol.executors.compiled.places import Equals, Place, answers, ending
from protocol.executors.compiled.view import Open, View, World
from protocol.model.decision import Effect
from protocol.model.rule import Rule
from protocol.model.state import Control, State
from protocol.semantics.effects import capped, caps, direction, effect_of, rank, uncapped


@frozen(cache_hash=True)
class Offered:
    """An effect and the rule that gives it; no rule where none acts."""

    effect: Effect
    rule: str = ""


@frozen(cache_hash=True)
class Ordered:
    """What is recommended, what is ordered, and what may be done beside. ``used``: evidence that was acted on is all there is."""

    recommended: tuple[Offered, ...]
    ordered: tuple[Offered, ...]
    offered: tuple[Offered, ...] = ()
    used: bool = False

    def beside(self) -> tuple[Offered, ...]:
        """What rules permit: what may be done, and what is ordered where something that only may be done is recommended."""
        passed_over = () if self.recommended == self.ordered else self.ordered
        return (*self.offered, *(one for one in passed_over if one.rule))

    def permitted(self) -> tuple[Effect, ...]:
        """Every effect that is permitted."""
        return tuple(one.effect for one in (*self.ordered, *self.offered))


@frozen
class Turn:
    """What a rule gives when it has its turn."""

    offer: Offered
    is_ordered: bool
    is_recommended: bool
    resumes: bool


@frozen(cache_hash=True)
class Begun:
    """How far the rules have been asked: the first of them order nothing, whatever is missing, and permit this for certain."""

    rules: int = 0
    recommended: tuple[Offered, ...] = ()
    offered: tuple[Offered, ...] = ()


@frozen(eq=False)
class Patient:
    """Where a patient is, how what is known is asked, and how far that has been done."""

    place: Place
    view: View
    begun: Begun = Begun()

    @property
    def rules(self) -> tuple[Equals, ...]:
        """The rules of the place that are still to be asked, in order, those of equal right together."""
        return self.place.rules[self.begun.rules :]

    def beyond(self) -> Begun | None:
        """How far it is after the next of these rules, if that is settled whatever is missing and orders nothing; else None."""
        held, group = self.place.spot.control.kind == "held", self.rules[0]
        try:
            acting = [rule for rule in group if not (held and rule.action.kind == "hold" and not rule.once) and self._acts(rule)]
        except Open:
            return None
        if any(rule.mode == "must" or rule.action.kind in ("resume", "hold") for rule in acting):
            return None
        turns = [_turn(self.place, (rule,)) for rule in acting]
        recommended = self.begun.recommended or _agreed([turn.offer for turn in turns if turn.is_recommended])
        return Begun(self.begun.rules + 1, recommended, (*self.begun.offered, *(turn.offer for turn in turns)))

    def _acts(self, rule: Rule) -> bool:
        """Whether a rule acts; raises Open where that depends on what is missing, or where only its evidence was used up."""
        is_true = self.view.holds(node(self.view.frame, rule.when), {})
        if is_true and not self.acts(rule, {}):
            raise Open(-1, 0, 0)
        return is_true

    def acts(self, rule: Rule, world: World) -> bool:
        """Whether the guard of a rule is true, and not only on evidence that has been acted on."""
        guard, acted_on = node(self.view.frame, rule.when), self._acted_on(rule)
        return self.view.holds(guard, world) and not (acted_on is not None and is_used(self.view, guard, acted_on, world))

    def stands(self, rule: Rule, world: World) -> bool:
        """Whether a rule would order something if that had not been ordered already."""
        guard, acted_on = node(self.view.frame, rule.when), self._acted_on(rule)
        if rule.mode != "must" or not self.view.holds(guard, world):
            return False
        return acted_on is not None and is_used(self.view, guard, acted_on, world)

    def always(self, rule: Rule) -> bool:
        """Whether a rule acts in every completion of what is missing."""
        return all(answer for _, answer in self.view.completions(lambda world: self.acts(rule, world)))

    def _acted_on(self, rule: Rule) -> ActedOn | None:
        spot = self.place.spot
        if rule.action.kind in ("escalate", "reduce"):
            return None if rule.again else STEP
        broken_off = spot.control.kind != "held" and bool(spot.reasons)
        return HOLD if rule.action.kind == "hold" and rule.once and not broken_off else None


def order(patient: Patient, world: World) -> Ordered:
    """What the rules give in a world; raises Open where that is not settled."""
    place, offered, recommended = patient.place, [*patient.begun.offered], patient.begun.recommended
    resuming: list[Equals] = []
    for group in patient.rules:
        turns = _turns(patient, group, resuming, world)
        if not turns:
            continue
        orders = _agreed([turn.offer for turn in turns if turn.is_ordered])
        recommended = recommended or _agreed([turn.offer for turn in turns if turn.is_recommended and not turn.is_ordered])
        offered += [turn.offer for turn in turns if not turn.is_ordered]
        if orders:
            return Ordered(recommended or orders, orders, tuple(offered))
    used = not place.is_said and any(patient.stands(rule, world) for group in patient.rules for rule in group)
    nothing = (Offered(place.nothing),)
    return Ordered(recommended or nothing, nothing, tuple(offered), used)


def _agreed(offers: list[Offered]) -> tuple[Offered, ...]:
    """The first one where all have one effect, else all of them: they contradict each other."""
    return tuple(offers[:1] if len({offer.effect for offer in offers}) < 2 else offers)


def _turns(patient: Patient, group: Equals, resuming: list[Equals], world: World) -> list[Turn]:
    held = patient.place.spot.control.kind == "held"
    acting = [rule for rule in group if not (held and rule.action.kind == "hold") and patient.acts(rule, world)]
    ending_hold = tuple(rule for rule in acting if held and rule.action.kind == "resume")
    turns = [_turn(patient.place, (rule,)) for rule in acting if rule not in ending_hold]
    if ending_hold:
        resuming.append(ending_hold)
        turns += [_lowered(patient, turn, world) for turn in _resumed(patient.place, ending_hold, resuming)]
    return [turn for turn in turns if not _is_blocked(patient, turn, world)]


def _is_blocked(patient: Patient, turn: Turn, world: World) -> bool:
    """Whether drug would come back only to be interrupted again."""
    level = turn.offer.effect.level
    return turn.resumes and any(patient.acts(rule, world) for rule in ending(patient.view.frame, level))


def _turn(place: Place, rules: Equals) -> Turn:
    """The turn of one rule, or of those that answer all reasons of a hold together."""
    protocol = place.frame.protocol
    offers = [Offered(uncapped(protocol, place.state, rule), rule.name) for rule in rules]
    lowest = offers[0] if len(offers) == 1 else _lowest(place, offers)
    effect = lowest.effect
    if effect.anew and not all(rule.action.anew for rule in rules):
        effect = evolve(effect, anew=False)
    if place.spot.reasons:
        effect, _ = capped(protocol, effect, caps(protocol, place.state, rules[0]))
    return Turn(
        Offered(effect, lowest.rule),
        all(rule.mode == "must" for rule in rules),
        all(rule.mode == "must" or rule.recommended for rule in rules),
        rules[0].action.kind == "resume",
    )


def _lowest(place: Place, offers: list[Offered]) -> Offered:
    """The one with the lowest level, of equal ones the first; one that cannot be taken is lower than all."""

    def key(offer: Offered) -> tuple[int, int]:
        number = place.frame.prepared.place[offer.rule]
        if offer.effect.undefined:
            return -2, number
        here = rank(place.frame.protocol, offer.effect.dose)
        return (len(place.frame.protocol.levels) if here is None else here), number

    return min(offers, key=key)


# The end of a hold


def _resumed(place: Place, acting: Equals, resuming: Sequence[Equals]) -> list[Turn]:
    """Ordered where must rules alone answer every reason; else permitted, by each may rule for the reasons it answers."""
    musts = [tuple(rule for rule in group if rule.mode == "must") for group in resuming]
    ordered = _answers(place, musts) if any(rule.mode == "must" for rule in acting) else ()
    turns = [_turn(place, rules) for rules in ordered]
    for rule in acting:
        if rule.mode == "may" or not ordered:
            turns += [_turn(place, rules) for rules in _answers(place, [(rule,), *resuming])]
    return turns


def _answers(place: Place, resuming: Sequence[Equals]) -> tuple[Equals, ...]:
    """Each choice of rules of which every reason has one: of the first group that answers it, any."""
    found = [_answering(place, reason, resuming) for reason in sorted(place.spot.reasons)]
    return tuple(dict.fromkeys(rules for rules in product(*found) if rules))


def _answering(place: Place, reason: str, resuming: Iterable[Equals]) -> Equals:
    for group in resuming:
        if found := tuple(rule for rule in group if answers(rule, reason, place.spot.level)):
            return found
    return ()


def _lowered(patient: Patient, turn: Turn, world: World) -> Turn:
    """No higher than a hold that acts now lets drug come back, nor than a reduction that must be made now."""
    place, protocol = patient.place, patient.view.frame.protocol
    acting = [rule for rule in place.capping if patient.acts(rule, world)]
    turn = _with(turn, capped(protocol, turn.offer.effect, acting)[0])
    if turn.offer.effect.control.kind != "on treatment":
        return turn
    treated = State(Control("on treatment"), place.spot.level, place.spot.level, place.spot.withheld, place.spot.reasons)
    for group in place.reducing:
        reducing = [rule for rule in group if patient.acts(rule, world)]
        for rule in reducing:
            reduced = effect_of(protocol, treated, rule)
            if reduced.control.kind == "on treatment" and direction(protocol, turn.offer.effect.dose, reduced) == -1:
                turn = _with(turn, evolve(turn.offer.effect, level=reduced.level, dose=reduced.dose))
        if reducing:
            break
    return turn


def _with(turn: Turn, effect: Effect) -> Turn:
    return turn if effect is turn.offer.effect else evolve(turn, offer=evolve(turn.offer, effect=effect))
