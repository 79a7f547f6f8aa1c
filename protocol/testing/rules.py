"""Random rules of every action in a safe order, most holds and reviews with a way out, sometimes with a table among them."""

from __future__ import annotations

from functools import partial
from typing import Literal

from attrs import evolve, frozen

from protocol.model.guard import Always, Guard
from protocol.model.protocol import Interpretation, Level
from protocol.model.rule import Action, ActionKind, AtMost, By, Citation, ControlKind, Rule, Same, Target, To, Where
from protocol.testing.choosing import Choose
from protocol.testing.doses import any_supplement
from protocol.testing.guards import any_clock, any_guard
from protocol.testing.tables import Drawn, Parts, any_table
from protocol.testing.taken import any_dose_taken


@frozen
class Draft:
    ladder: tuple[Level, ...]
    seen: tuple[Guard, ...]
    atoms: tuple[Guard, ...]
    interpretations: tuple[Interpretation, ...]

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(level.name for level in self.ladder)


_Action = tuple[ActionKind, ControlKind]
_PLAN: tuple[tuple[tuple[_Action, ...], ...], ...] = (
    ((("start", "before treatment"),),),
    ((), (("stop", "on treatment"),)),
    ((("hold", "on treatment"),), (("hold", "on treatment"),) * 2, ()),
    ((), (("review", "on treatment"),), (("continue", "on treatment"),)),
    ((("reduce", "on treatment"),), (), (("reduce", "on treatment"),) * 2),
    ((("escalate", "on treatment"),), (), (("escalate", "on treatment"),) * 2),
    ((), (("stop", "held"),), (("stop", "before treatment"),), (("review", "held"),)),
)


def any_rules(choose: Choose, draft: Draft) -> tuple[Rule, ...]:
    """The plan's rules in a safe order, ways out of each hold and review, and sometimes two rules exchanged."""
    plan = [action for options in _PLAN for action in choose(options)]
    rules = [
        any_rule(choose, draft, number, kind, (_where(choose, draft, control),)) for number, (kind, control) in enumerate(plan)
    ]
    for rule in tuple(rules):
        rules += _ways_out(choose, draft, rule, len(rules))
    if choose((False, False, True)):
        one, other = choose(range(len(rules))), choose(range(len(rules)))
        rules[one], rules[other] = rules[other], rules[one]
    return tuple(rules)


def with_table(
    choose: Choose, draft: Draft, rules: tuple[Rule, ...], always: bool = False
) -> tuple[tuple[Rule, ...], Drawn | None]:
    """The rules, sometimes (or always, near the top) with a table among them, and mostly with a way out of its holds."""
    if not always and not choose((False, False, True)):
        return rules, None
    guard, action = partial(any_guard, choose, draft.atoms, draft.seen), partial(any_action, choose, draft)
    basis = any_rule(choose, draft, 0, choose(("escalate", "reduce", "stop")), (Where("on treatment"),))
    once = not basis.again and choose((False, False, True))
    basis = evolve(basis, where=(), once=once, recommended=choose((False, True)), on_hold=choose((True, True, False)))
    table = any_table(choose, Parts(draft.atoms, draft.levels, guard, action), basis)
    place = choose(range(2 if always else len(rules) + 1))
    holding = tuple(rule.name for rule in table.rules if "hold" in (rule.action.kind, rule.action.off_ladder))
    back = any_rule(choose, draft, len(rules), "resume", (Where("held", by=choose((holding, ()))),))
    out = (back,) if holding and choose((True, True, False)) else ()
    return (*rules[:place], *table.rules, *rules[place:], *out), table


def _ways_out(choose: Choose, draft: Draft, rule: Rule, number: int) -> tuple[Rule, ...]:
    if rule.action.kind not in ("hold", "review") or not choose((True,) * 5 + (False,)):
        return ()
    control: ControlKind = "held" if rule.action.kind == "hold" else "in review"
    kind: ActionKind = (
        choose(("resume", "resume", "stop", "continue", "reduce", "escalate")) if control == "in review" else "resume"
    )
    where = (Where(control, by=choose(((rule.name,), (rule.name,), ()))),)
    also = (Where("in review"),) if control == "held" and choose((False,) * 5 + (True,)) else ()
    return (any_rule(choose, draft, number, kind, where + also),)


def _where(choose: Choose, draft: Draft, control: ControlKind) -> Where:
    return Where(control, choose(((), (), (), draft.levels[:1], draft.levels[-2:])) if control != "before treatment" else ())


def any_rule(choose: Choose, draft: Draft, number: int, kind: ActionKind, where: tuple[Where, ...]) -> Rule:
    mode: Literal["must", "may"] = choose(("must", "must", "must", "may"))
    timed = (any_clock(choose), choose((any_clock(choose), *any_dose_taken(choose, draft.ladder))))
    atoms = choose((draft.seen, draft.atoms, (*draft.atoms, *timed)))
    readings = tuple((item.name, choose(item.readings).name) for item in draft.interpretations if choose((False, False, True)))
    again = kind in ("escalate", "reduce") and choose((False, False, True))
    guard = Always() if kind == "start" and choose((True, False)) else any_guard(choose, atoms, draft.seen)
    return Rule(
        f"{kind}-{number}", where, guard, mode, any_action(choose, draft, kind),
        recommended=mode == "may" and choose((False, True)),
        again=again, supplement=None if again or kind not in ("start", "escalate") else any_supplement(choose, draft.ladder),
        once=kind == "hold" and choose((False, False, True)),
        on_hold=kind != "stop" or where[0].control != "on treatment" or choose((True, True, False)),
        under=readings, source=choose((None, Citation("paper"), Citation("paper", "p. 1, Methods"))),
        says=choose(("", "as the text says")), unverified=choose(("", "", "", "not looked up")),
    )  # fmt: skip


def any_action(choose: Choose, draft: Draft, kind: ActionKind) -> Action:
    named: tuple[Target, ...] = tuple(To(level) for level in draft.levels)
    if kind == "start":
        return Action(kind, choose(named))
    if kind == "review":
        return Action(kind, meanwhile=choose(("continue", "withhold")))
    caps = tuple(AtMost(level) for level in draft.levels)
    if kind == "hold":
        return Action(kind, choose((None, None, None, *caps)))
    if kind not in ("escalate", "reduce", "resume"):
        return Action(kind)
    steps: tuple[Target, ...] = (By(1), By(1), By(2)) if kind != "resume" else (Same(), Same(), By(1), By(2), *caps[:2])
    target = choose((*steps, *named))
    anew = kind == "resume" and isinstance(target, To | Same) and choose((False, False, False, True))
    return Action(kind, target, choose((None, "continue", "hold", "stop")) if isinstance(target, By) else None, anew=anew)
