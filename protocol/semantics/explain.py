"""A decision with its reasons: the rule and its source, the facts, what is permitted beside, what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from attrs import evolve

from protocol.model.decision import Decision, Due, Effect, Fact, Missing, Permission
from protocol.model.guard import Clock, CumulativeDose, Guard, Known, Ratio, Tracked, Value
from protocol.model.quantity import say_number
from protocol.model.quick import quickly
from protocol.model.regimen import Amount
from protocol.model.rule import ActionKind, Rule
from protocol.model.said import CLOCKS
from protocol.model.state import State
from protocol.model.time import say_duration, say_time
from protocol.semantics import clocks
from protocol.semantics.applying import acting_once, applicable, is_said, stands
from protocol.semantics.computed import computed_fact
from protocol.semantics.decide import Finding
from protocol.semantics.effects import in_force, meets_own_end
from protocol.semantics.labels import SILENT, labels
from protocol.semantics.missing import what_if
from protocol.semantics.offers import Offer
from protocol.semantics.prepared import Prepared
from protocol.semantics.scene import Scene
from protocol.semantics.taken import cumulative
from protocol.semantics.trackers import NEVER, bounds
from protocol.semantics.truth import completions

_Decision, _Fact = quickly(Decision), quickly(Fact)


def explained(scene: Scene, finding: Finding, measured: frozenset[str], due: tuple[Due, ...]) -> Decision:
    """The finding as a decision that explains itself. ``measured`` names the inputs read at this very visit."""
    rule, before, silent = rule_of(scene.prepared, finding), _before(scene.state, finding.effect), is_silent(scene, finding)
    told = rule if rule or not finding.conflict else scene.prepared.rules[scene.prepared.place[finding.conflict[0]]]
    # In the order of the fields: twenty arguments by name take as long as half of the rest.
    return _Decision(
        scene.time,
        finding.status,
        action_of(finding, rule, before),
        before,
        finding.effect,
        rule.name if rule else "",
        tuple([name for name in finding.rules if name]),
        told.source if told else None,
        told.says if told else "",
        _facts_of(scene, finding, rule, measured, silent),
        _permissions(scene, finding),
        _missing(scene, finding),
        tuple(sorted(scene.state.reasons)) if scene.state.reasons else (),
        due,
        finding.withheld,
        silent,
        finding.blocked,
        _lowered_by(finding),
        doubts_of(scene.prepared, told),
        finding.conflict,
        () if rule or finding.status != "decided" else _acted_on(scene),
    )


def _acted_on(scene: Scene) -> tuple[str, ...]:
    """The rules of which, in some completion, what they ordered stands."""
    rules = [rule for rule, ask in acting_once(scene.prepared, scene.state) if ask(scene) is not False]
    return tuple(rule.name for rule in rules if any(answer for _, answer in completions(scene, partial(stands, rule=rule))))


def _facts_of(scene: Scene, finding: Finding, rule: Rule | None, measured: frozenset[str], silent: bool) -> tuple[Fact, ...]:
    """What the rule asks; where rules contradict each other and none of them is followed, what all of these ask.

    Where the source says nothing, the values for which it does not: all that the rules of this place ask.
    """
    if rule is not None:
        return facts(scene, rule.when, measured)
    if silent and finding.status == "decided":
        rules: Iterable[Rule] = applicable(scene.prepared, scene.state)
    else:
        rules = (scene.prepared.rules[scene.prepared.place[name]] for name in finding.conflict)
    return tuple(dict.fromkeys(fact for one in rules for fact in facts(scene, one.when, measured)))


def _before(state: State, after: Effect) -> Effect:
    """What is in force; the very effect of the decision where that leaves all as it is, as most do."""
    same = after.control is state.control and after.level is state.level and after.dose is state.dose
    return after if same and not after.undefined and after.supplement is None else in_force(state)


def rule_of(prepared: Prepared, finding: Finding) -> Rule | None:
    """The rule that gave the decision; None where it rests on none."""
    if finding.status == "undecided" and not finding.blocked:
        return None
    return prepared.rules[prepared.place[finding.rules[0]]] if finding.rules and finding.rules[0] else None


def action_of(finding: Finding, rule: Rule | None, before: Effect) -> ActionKind:
    """What is recommended now: a stop that is only withheld is a hold, a step that cannot be taken is no change."""
    if finding.withheld:
        return "hold" if finding.status == "provisional" else "continue"
    if rule is None or finding.blocked:
        return "continue"
    return rule.action.kind if rule.action.off_ladder is None else _instead(rule.action.kind, finding, before)


def _instead(kind: ActionKind, finding: Finding, before: Effect) -> ActionKind:
    """What a step turns into where it leaves the ladder: the hold, the stop or the standing dose that its rule names."""
    control = finding.effect.control
    if control != before.control and control.kind in ("held", "stopped"):
        return "hold" if control.kind == "held" else "stop"
    return "continue" if finding.effect.dose == before.dose else kind


def _lowered_by(finding: Finding) -> str:
    for _, result in finding.results:
        for offer in result.recommended:
            if offer.lowered_by and offer.effect == finding.effect:
                return offer.lowered_by
    return ""


def is_silent(scene: Scene, finding: Finding) -> bool:
    """Whether no rule covers this visit in some completion and the protocol does not say that this means continue.

    Also where a step has to be taken beyond an end of the ladder that is ours: there the source says nothing.
    """
    said = is_said(scene)
    if scene.state.control.kind == "stopped" or (said and not finding.blocked):
        return False
    if finding.blocked and any(_meets_own_end(scene, offer) for _, result in finding.results for offer in result.recommended):
        return True
    return not said and any(not result.ordered[0].rule and not result.used for _, result in finding.results)


def _meets_own_end(scene: Scene, offer: Offer) -> bool:
    rules, place = scene.prepared.rules, scene.prepared.place
    return bool(offer.rule) and meets_own_end(scene.prepared.protocol, scene.state, rules[place[offer.rule]])


def doubts_of(prepared: Prepared, rule: Rule | None) -> tuple[str, ...]:
    """Why a rule may not be relied on: what is unverified of itself, of its source and of the readings it stands under."""
    if rule is None:
        return ()
    sources = {source.name: source.unverified for source in prepared.protocol.sources}
    source = sources.get(rule.source.source, "") if rule.source else ""
    readings = (_reading_doubt(prepared, name) for name, _ in rule.under)
    return tuple(dict.fromkeys(reason for reason in (rule.unverified, source, *readings) if reason))


def _reading_doubt(prepared: Prepared, name: str) -> str:
    return next(item.reading().unverified for item in prepared.protocol.interpretations if item.name == name)


def _missing(scene: Scene, finding: Finding) -> tuple[Missing, ...]:
    """What the order depends on. Where a value only makes the source silent, the same is in force, so it is not missing."""
    if finding.status == "decided" or len(finding.results) == 1:
        return ()
    told = what_if(scene, [(narrowed, labels(scene, result)) for narrowed, result in finding.results])
    if not any(SILENT in outcome.then for missing in told for outcome in missing.outcomes):
        return told
    ordered = what_if(scene, [(narrowed, labels(scene, result, silence="continue")) for narrowed, result in finding.results])
    return tuple(missing for missing in told if missing.name in {one.name for one in ordered})


def _permissions(scene: Scene, finding: Finding) -> tuple[Permission, ...]:
    """Every effect that rules permit in some completion: permitted if it is so in all, whichever rule says so."""
    return tuple(_permission(scene, finding, *one) for one in _offered(scene.prepared, finding))


def surely_permitted(prepared: Prepared, finding: Finding) -> Iterator[tuple[ActionKind, Effect]]:
    """What rules permit that is permitted whatever is missing, and what it is called."""
    for effect, rules in _offered(prepared, finding):
        if all(effect in result.permitted() for _, result in finding.results):
            yield _kind(prepared, (_always(finding, effect, rules) or rules)[0]), effect


def _offered(prepared: Prepared, finding: Finding) -> list[tuple[Effect, list[str]]]:
    """What rules permit in some completion, each with all of these, in the order of the rules."""
    rules: dict[Effect, set[str]] = {}
    for _, result in finding.results:
        for offer in result.beside():
            rules.setdefault(offer.effect, set()).add(offer.rule)
    place = prepared.place
    in_order = [(effect, sorted(names, key=place.__getitem__)) for effect, names in rules.items()]
    return sorted(in_order, key=lambda one: place[one[1][0]])


def _always(finding: Finding, effect: Effect, rules: Sequence[str]) -> Sequence[str]:
    """Those of the rules that permit or order an effect in every completion."""
    offers = _offers(finding, effect, rules)
    return [rule for rule in rules if all(rule in one for one in offers)]


def _offers(finding: Finding, effect: Effect, rules: Sequence[str]) -> list[set[str]]:
    every = ((*result.offered, *result.ordered) for _, result in finding.results)
    return [{offer.rule for offer in offers if offer.effect == effect and offer.rule in rules} for offers in every]


def _kind(prepared: Prepared, rule: str) -> ActionKind:
    return prepared.rules[prepared.place[rule]].action.kind


def _permission(scene: Scene, finding: Finding, effect: Effect, rules: Sequence[str]) -> Permission:
    """What these rules permit, by those that do so whatever is missing, if there are any; else by all of them."""
    always = _always(finding, effect, rules)
    first, *also = always or rules
    kind = _kind(scene.prepared, first)
    if always:
        return Permission(first, kind, effect, "permitted", also=tuple(also))
    permits = [effect in result.permitted() for _, result in finding.results]
    said = [", ".join(sorted(one)) for one in _offers(finding, effect, rules)] if all(permits) else map(str, permits)
    needs = what_if(scene, [(narrowed, answer) for (narrowed, _), answer in zip(finding.results, said, strict=True)])
    names = tuple(missing.name for missing in needs)
    return Permission(first, kind, effect, "permitted" if all(permits) else "unknown", names, tuple(also))


def facts(scene: Scene, guard: Guard, measured: frozenset[str]) -> tuple[Fact, ...]:
    """What the guard asks, each once, with its value at this visit."""
    return tuple(dict.fromkeys(_facts(scene, guard, measured)))


def _facts(scene: Scene, guard: Guard, measured: frozenset[str]) -> Iterator[Fact]:
    for term in scene.prepared.terms(guard):
        match term:
            case Ratio(name, "baseline"):
                yield _beside_baseline(scene, _read(scene, name, measured))
            case Value(name) | Ratio(name, _) | Known(name):
                yield _read(scene, name, measured)
            case Clock(name):
                minutes = clocks.age(scene.state, name, scene.time)
                shown = "never" if minutes is None else say_duration(minutes)
                yield Fact(CLOCKS[name], shown, "computed")
            case CumulativeDose():
                yield _Fact(str(term), _cumulative(scene, term), "computed")
            case Tracked(name):
                yield _Fact(name, _tracked(scene, name), "computed")


def _read(scene: Scene, name: str, measured: frozenset[str]) -> Fact:
    if name in scene.prepared.scores:
        held = scene.valid(name)
        return _Fact(name, "" if held is None else held.text, "computed")
    if name in scene.prepared.numbers:
        return computed_fact(scene.prepared, scene.state, name, scene.time, measured)
    last = scene.state.reading(name)
    if last is None:
        return _Fact(name, "", "unknown")
    limits = [f"{side} {say_number(limit)}" for side, limit in (("LLN", last.lower), ("ULN", last.upper)) if limit is not None]
    value = f"{last.text} ({', '.join(limits)})" if limits else last.text
    if scene.valid(name) is None:
        return _Fact(name, value, "unknown", last.observed)
    return _Fact(name, value, "measured" if name in measured else "carried", last.observed)


def _beside_baseline(scene: Scene, fact: Fact) -> Fact:
    """The fact with the baseline that its value is compared with."""
    base = scene.state.baseline_of(fact.name)
    said = "baseline not known" if base is None else f"baseline {base.text} of {say_time(base.observed)}"
    return evolve(fact, value=f"{fact.value} ({said})") if fact.value else fact


def _cumulative(scene: Scene, term: CumulativeDose) -> str:
    found = cumulative(scene.prepared, scene.state, term, scene.time)
    amount = str(Amount(found.low, term.unit, term.per))
    return amount if found.low == found.high else f"at least {amount}, beside drug that is not counted in that unit"


def _tracked(scene: Scene, name: str) -> str:
    low, high, _ = bounds(scene.prepared.protocol, scene.state, scene.time)[name]
    is_time = scene.prepared.protocol.tracker(name).kind in ("duration", "since")
    least, most = (say_duration(int(value)) if is_time else say_number(value) for value in (low, high))
    if high == NEVER:
        return "never" if low == NEVER else f"at least {least}"
    return least if low == high else f"{least} to {most}"
