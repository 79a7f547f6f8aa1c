"""One decision out of all completions of what is missing: decided, provisional or undecided.

Let *possible* be the set of effects that the ordered rules give over all completions. Then

1. one effect: decided;
2. all of them lower exposure: provisional, the least exposure among those that can be undone;
3. the first must rule that acts in every completion lowers exposure: provisional, that rule;
4. otherwise undecided: what is in force stands.

Where the cells of a table contradict each other, what each of them orders is possible in that completion. In step 3 each cell
of a table that acts in every completion counts as the first, since none stands above another: the least of those that lower is
taken, as in 2. So a contradiction raises nothing, and what makes one known never makes the decision less safe.

Where this would end treatment on missing data the drug is withheld instead. Hence the laws: missing data never raise a
dose, never hold back a lowering that is ordered anyway, never end treatment; and a decided decision stays the same when
one more value becomes known. With ``safe side: more`` directions turn round; with ``none`` only 1 decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import islice

from attrs import evolve, frozen

from protocol.errors import VisitError
from protocol.model.decision import Effect
from protocol.model.quick import quickly
from protocol.model.regimen import NO_DRUG
from protocol.model.rule import Rule, Status
from protocol.model.time import say_time
from protocol.semantics.applying import Equals, acts, asked
from protocol.semantics.compiled import ask_of
from protocol.semantics.effects import direction, effect_of, in_force, rank
from protocol.semantics.missing import name_of
from protocol.semantics.offers import Result
from protocol.semantics.scene import Scene
from protocol.semantics.truth import Narrowing, Open, World, completions
from protocol.semantics.walk import walk

MOST_PARTS = 4_000
"""Parts of the completions of one visit. Published protocols need tens; a guard made to need millions is refused instead."""


@frozen(eq=False)
class Finding:
    """The decision before it is explained: status, effect, the rules that gave it, and the completions it comes from.

    ``conflict`` are the rules that contradict each other, where they do so whatever is missing.
    """

    status: Status
    effect: Effect
    rules: tuple[str, ...]
    withheld: bool
    results: tuple[tuple[Narrowing, Result], ...]
    blocked: str = ""
    conflict: tuple[str, ...] = ()


Results = tuple[tuple[Narrowing, Result], ...]
Possible = dict[Effect, tuple[str, ...]]
Certain = Callable[[Rule], bool]
_Finding, _World = quickly(Finding), quickly(World)


def conclude(scene: Scene) -> Finding:
    """The decision of one visit over all completions of what is missing.

    Raises VisitError where these fall into more than ``MOST_PARTS`` parts: a guard then asks too much at once to be exact.
    """
    results = _results(scene)
    if len(results) > MOST_PARTS:
        asked = ", ".join(sorted({name_of(term) for narrowed, _ in results for term in narrowed}))
        raise VisitError(f"on {say_time(scene.time)} missing values leave over {MOST_PARTS} cases to tell apart: {asked}")
    return concluded(scene, results, partial(acts_always, scene))


def concluded(scene: Scene, results: Results, certain: Certain) -> Finding:
    """The decision out of what the rules give in all completions; ``certain`` says whether a rule acts in every one of them.

    Of the scene it asks only where the patient is.
    """
    if len(results) == 1 and len(results[0][1].recommended) == 1:
        only = results[0][1].recommended[0]
        return _decided(scene, only.effect, (only.rule,), results, certain)
    possible = _possible(scene, (result for _, result in results))
    if len(possible) == 1:
        return _decided(scene, *next(iter(possible.items())), results, certain)
    found, conflict = _between(scene, possible, results, certain), _conflict(scene, results)
    return evolve(found, conflict=conflict) if conflict else found


def _between(scene: Scene, possible: Possible, results: Results, certain: Certain) -> Finding:
    """The decision between several possible effects: steps 2 to 4."""
    if _all_lower(scene, possible) and (least := _least(scene, possible)) is not None:
        return Finding("provisional", least, possible[least], False, results)
    first = _effects(scene, _first_certain(scene, certain))
    lowering = {effect: rules for effect, rules in first.items() if _is_safe(scene, effect)}
    if lowering:
        return _provisional(scene, lowering, results)
    return Finding("undecided", in_force(scene.state), (), scene.state.withheld, results)


def _conflict(scene: Scene, results: Results) -> tuple[str, ...]:
    """The rules that contradict each other, in order; none if it depends on what is missing whether any do."""
    if not all(len(result.recommended) > 1 for _, result in results):
        return ()
    names = {offer.rule for _, result in results for offer in result.recommended}
    return tuple(sorted(names, key=scene.prepared.place.__getitem__))


def _results(scene: Scene) -> Results:
    """What the rules give in all completions, each part with how it narrows the unknowns; no more than are told apart."""
    try:
        return (({}, walk(_World(scene, {}))),)
    except Open:
        return tuple(islice(completions(scene, walk), MOST_PARTS + 1))


def _possible(scene: Scene, results: Iterable[Result]) -> Possible:
    """Each possible effect with the rules that give it, in rule order."""
    found: dict[Effect, set[str]] = {}
    for result in results:
        for offer in result.recommended:
            found.setdefault(offer.effect, set()).add(offer.rule)
    place = {**scene.prepared.place, "": len(scene.prepared.place)}
    ordered = {effect: tuple(sorted(rules, key=place.__getitem__)) for effect, rules in found.items()}
    return dict(sorted(ordered.items(), key=lambda item: place[item[1][0]]))


def _decided(scene: Scene, effect: Effect, rules: tuple[str, ...], results: Results, certain: Certain) -> Finding:
    """One effect whatever is missing. A step that cannot be taken leaves what is in force, and says so."""
    if len(rules) > 1:
        always = [name for name in rules if name and certain(scene.prepared.rules[scene.prepared.place[name]])]
        rules = tuple(dict.fromkeys([*always, *rules]))
    if effect.undefined:
        return Finding("undecided", in_force(scene.state), rules, scene.state.withheld, results, effect.undefined)
    return _Finding("decided", effect, rules, False, results)


def _is_safe(scene: Scene, effect: Effect) -> bool:
    """Whether the effect goes to the safe side of what is in force. What was given at once cannot be taken back again, nor
    what a course that begins anew has forgotten."""
    if effect.supplement is not None or effect.anew:
        return False
    towards = {"less": -1, "more": 1, "none": None}[scene.prepared.protocol.safe_side]
    return towards is not None and direction(scene.prepared.protocol, scene.state.dose, effect) == towards


def _all_lower(scene: Scene, possible: Iterable[Effect]) -> bool:
    return all(_is_safe(scene, effect) for effect in possible)


def _least(scene: Scene, possible: Iterable[Effect]) -> Effect | None:
    """The least exposure that can be undone; None if nothing can."""
    protocol = scene.prepared.protocol
    undoable = [effect for effect in possible if effect.control.kind != "stopped"]
    sign = -1 if protocol.safe_side == "more" else 1
    return min(undoable, key=lambda effect: sign * (rank(protocol, effect.dose) or 0), default=None)


def _first_certain(scene: Scene, certain: Certain) -> Equals:
    """The first must rule that acts in every completion; of a table all its cells that do."""
    for equals, _ in asked(scene.prepared, scene.state)[0]:
        acting = tuple(rule for rule in equals if not is_passed_over(scene, rule) and certain(rule))
        if acting:
            return acting
    return ()


def is_passed_over(scene: Scene, rule: Rule) -> bool:
    """Whether the rule is none of those of which the first that acts for certain decides: it permits, resumes, or holds again."""
    holds_again = rule.action.kind == "hold" and scene.state.control.kind == "held"
    return rule.mode == "may" or rule.action.kind == "resume" or holds_again


def _effects(scene: Scene, rules: Equals) -> Possible:
    """The effects of these rules, each with the rules that have it."""
    found: dict[Effect, tuple[str, ...]] = {}
    for rule in rules:
        effect = effect_of(scene.prepared.protocol, scene.state, rule)
        found[effect] = (*found.get(effect, ()), rule.name)
    return found


def acts_always(scene: Scene, rule: Rule) -> bool:
    """Whether the rule acts in every completion of what is missing."""
    if ask_of(scene.prepared, rule)(scene) is False:
        return False
    return all(answer for _, answer in completions(scene, lambda world: acts(world, rule)))


def _provisional(scene: Scene, first: Possible, results: Results) -> Finding:
    least = _least(scene, first)
    if least is not None:
        return Finding("provisional", least, first[least], False, results)
    withheld = evolve(in_force(scene.state), dose=NO_DRUG)
    return Finding("provisional", withheld, next(iter(first.values())), True, results)
