"""How is a property asked at each visit of the model: claims about one visit, over all completions of what is unknown.

``bad`` has a bit for each property that fails for certain at the visit, ``doubtful`` for each that fails for some value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.model.property import (
    Acts,
    All,
    Any,
    Asks,
    At,
    ByRule,
    Claim,
    DoseIs,
    DoseMoves,
    HasStatus,
    No,
    NoDrug,
    Silent,
    Withheld,
)
from protocol.model.rule import ACTIONS, CONTROLS, STATUSES, By, Rule, Where
from protocol.verification.promela.asked import NotInPromela, uses_up
from protocol.verification.promela.places import Places
from protocol.verification.promela.visits import Visits
from protocol.verification.promela.words import both, either, opposite
from protocol.verification.promela.wrongs import asks_silence, wrong

_DOSES = {"above": ">", "below": "<", "at least": ">=", "at most": "<=", "is": "=="}
_MOVES = {"raised": "y > dos", "lowered": "y < dos", "unchanged": "y == dos"}

_ACTION = """
inline NAMED(rule) { /* what is done is called */
KINDS
}

inline ACTION() { /* what was done on the decision, and the rules that it rests on */
  if
  :: go == 0 ->
     why = 0; leads = sr[0]; j = 0;
     do
     :: j == ns -> break
     :: else -> why = (se[j] == rec && status != UNDECIDED -> sr[j] : why); j++
     od;
     why = (status == PROVISIONAL && fw -> leading : why);
     h = ((why & aall) && status == DECIDED -> why & aall : why);
     why = h & (-h);
     if
     :: fw -> act = (status == PROVISIONAL -> HOLDING : GOING_ON); why = (status == PROVISIONAL -> why : 0)
     :: !fw && (why == 0 || stuck) -> act = GOING_ON
     :: else ->
        NAMED(why);
        act = ((why & INSTEAD) -> (CHANGES && CONTROL(eff) == HELD -> HOLDING : (CHANGES && CONTROL(eff) == STOPPED -> STOPPING
          : (DOSE(eff) == dos -> GOING_ON : act))) : act)
     fi
  :: else ->
     why = 0; leads = sr[0]; j = 0;
     do
     :: j == np -> break
     :: else -> why = (pe[j] == eff -> why | pr[j] : why); j++
     od;
     h = why & (-why); act = GOING_ON;
     if
     :: h != 0 -> NAMED(h)
     :: else
     fi;
     act = (CHANGES && CONTROL(eff) == HELD -> HOLDING : (CHANGES && CONTROL(eff) == STOPPED -> STOPPING
       : (act >= 2 && act <= 5 && act != HOLDING && !CHANGES && DOSE(eff) == dos -> GOING_ON : act)))
  fi
}
"""


def judging(visits: Sequence[Visits]) -> Iterator[str]:
    """The assertions for the properties that are asked."""
    places = visits[0].places
    if not places.asked.properties:
        yield "inline JUDGE() { skip }"
        return
    kinds = [f"  :: (rule) == {places.bit(rule)} -> act = {ACTIONS.index(rule.action.kind)}" for rule in places.asked.rules]
    yield _ACTION.replace("KINDS", "\n".join(["  if", *kinds, "  fi"]))
    yield "inline CLAIMS() {"
    yield "  if"
    for one in visits:
        yield f"  :: ctl == {one.number} ->"
        found = [
            f"({_said(one, wrong(places, item, one.control))} -> {1 << place} : 0)"
            for place, item in enumerate(places.asked.properties)
        ]
        yield f"     failing = {' | '.join(found)}"
    yield "  fi"
    yield "}"
    yield from _judge(visits)


def _judge(visits: Sequence[Visits]) -> Iterator[str]:
    from protocol.verification.promela.deciding import begins, following

    places = visits[0].places
    yield "inline JUDGE() {"
    yield "  x = LEVEL(eff); y = DOSE(eff); b = CONTROL(eff); g = BY(eff); u = (fw && y == 0 && b == ctl && g == by);"
    yield "  ACTION();"
    if asks_silence(places.asked.properties):
        # Before 'why' is cut to what was done: a step beyond an end that is ours.
        yield f"  silent = (stuck -> {silence(visits[0])[1].replace('why', 'leads')} : silent);"
    yield from begins(visits)
    yield "  bad = -1; doubtful = 0;"
    yield "  do"
    yield "  :: 1 ->"
    yield "     CLAIMS(); bad = bad & failing; doubtful = doubtful | failing;"
    yield from following(visits, "     ")
    yield "  od;"
    yield f"  bad = bad & {(1 << len(places.asked.properties)) - 1};"
    # What is permitted for some value only is judged as if the recommendation had been followed.
    yield "  j = (go & ~perme & (ctl == BEFORE -> ~1 : ~0)); /* before treatment no drug is always permitted */"
    yield "  bad = (j -> 0 : bad); doubtful = (j -> 0 : doubtful);"
    for place, item in enumerate(places.asked.properties):
        yield f"  assert(!(bad & {1 << place} & WATCHED)); /* {item.name} */"
        yield f"  assert(!(doubtful & {1 << place} & DOUBTED));"
    yield "  TOLD()"
    yield "}"


def _said(visits: Visits, claim: Claim) -> str:
    match claim:
        case Asks(condition):
            return visits.words.said(visits.asked.conditions[condition])
        case No(part):
            return opposite(_said(visits, part))
        case All(parts):
            return both(_said(visits, part) for part in parts)
        case Any(parts):
            return either(_said(visits, part) for part in parts)
        case _:
            return _done(visits, claim)


def _done(visits: Visits, claim: Claim) -> str:
    places = visits.places
    match claim:
        case Acts(kind):
            return f"act == {ACTIONS.index(kind)}"
        case At(where, True):
            return _at(places, where, "by", "rs", "lev") if where.control == visits.control else "0"
        case At(where, False):
            return both((f"b == {CONTROLS.index(where.control)}", _at(places, where, "g", "nr", "x")))
        case DoseIs(relation, level):
            return f"y {_DOSES[relation]} {places.asked.protocol.rung(level) + 1}"
        case DoseMoves(move):
            return _MOVES[move]
        case NoDrug():
            return "y == 0"
        case Withheld():
            return "u"
        case HasStatus(status):
            return f"status == {STATUSES.index(status)}"
        case Silent():
            return "silent"
        case ByRule(name):
            rules = [rule for rule in places.asked.rules if name in (rule.name, rule.table)]
            return f"(why & {sum(places.bit(rule) for rule in rules)})" if rules else "0"
        case _:
            raise NotInPromela(f"{claim!r} has a history, which the Promela model has not")


def _at(places: Places, where: Where, by: str, reasons: str, level: str) -> str:
    here = places.is_at(where).replace("lev ", f"{level} ")
    if not where.by:
        return here
    if where.control == "held":
        return both((here, f"({reasons} & {places.reason_bits(where.by)}) != 0"))
    return both((here, either(f"{by} == {places.place_of(name)}" for name in where.by if places.is_in_force(name))))


def silence(visits: Visits) -> tuple[str, str]:
    """The rules whose order stands, because their evidence was used, and those that meet an end of the ladder that is ours."""
    places = visits.places
    used = []
    for rule, guard in visits.guards.items():
        if rule.mode == "must" and uses_up(rule):
            fresh = either(("lev == 0", visits.words.fresh(rule.when)))
            used.append(both((f"(app & {places.bit(rule)})", visits.words.said(guard), opposite(fresh))))
    beyond = [(rule, level) for rule in places.asked.rules for level in places.levels if _meets_own_end(places, rule, level)]
    meets = either(both((f"(why & {places.bit(rule)})", f"lev == {level}")) for rule, level in beyond)
    return either(used), meets


def _meets_own_end(places: Places, rule: Rule, level: int) -> bool:
    target, action = rule.action.target, rule.action
    if not isinstance(target, By) or action.off_ladder is not None:
        return False
    reached = level - 1 + (target.steps if action.kind == "escalate" else -target.steps)
    return places.asked.protocol.end_beyond(reached) == "ours"
