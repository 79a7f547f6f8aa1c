"""What do the rules of this protocol do in a world, and how are all worlds gone through? All of a decision that is its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from protocol.model.rule import Rule
from protocol.verification.promela.asked import uses_up
from protocol.verification.promela.claims import silence
from protocol.verification.promela.places import ON, UNDEFINED, Places
from protocol.verification.promela.visits import SEEN, Visits, relevant
from protocol.verification.promela.words import both, either, one_of, opposite
from protocol.verification.promela.wrongs import asks_silence


def deciding(visits: Sequence[Visits]) -> Iterator[str]:
    """Which rules apply and act, where each leads, and the decision over all completions."""
    places = visits[0].places
    yield from _relevant(visits)
    yield from _acting(visits)
    yield from _silent(visits)
    yield from _effects(places)
    yield from _tables(places)
    yield from _lowered(places)
    yield from _reasons(places)
    yield from _decide(visits)


def _bits(said: Iterator[tuple[int, str]]) -> str:
    found = [f"({text} -> {bit} : 0)" if text != "1" else str(bit) for bit, text in said if text != "0"]
    return " | ".join(found) or "0"


def _by_control(visits: Sequence[Visits], name: str, lines: list[list[str]]) -> Iterator[str]:
    yield f"inline {name}() {{"
    yield "  if"
    for one, found in zip(visits, lines, strict=True):
        yield f"  :: ctl == {one.number} ->"
        yield from (f"     {line};" for line in found[:-1])
        yield f"     {found[-1]}"
    yield "  fi"
    yield "}"


def _relevant(visits: Sequence[Visits]) -> Iterator[str]:
    places = visits[0].places
    lines = []
    for one in visits:
        app = _bits((places.bit(rule), places.applies(rule, one.control)) for rule in one.guards)
        rel = _bits((places.bit(rule), relevant(places, rule, one.control)) for rule in one.guards)
        lines.append([f"app = {app}", f"rel = {rel}"])
    yield from _by_control(visits, "RELEVANT", lines)


def _acting(visits: Sequence[Visits]) -> Iterator[str]:
    lines = []
    for one in visits:
        acting = _bits((one.places.bit(rule), _acts(one, rule)) for rule in one.guards)
        lines.append([f"ac = {acting}"])
    yield from _by_control(visits, "ACT", lines)


def _acts(visits: Visits, rule: Rule) -> str:
    found = [f"(rel & {visits.places.bit(rule)})", visits.words.said(visits.guards[rule])]
    if uses_up(rule):
        found.append(either(("lev == 0", visits.words.fresh(rule.when))))
    return both(found)


def _silent(visits: Sequence[Visits]) -> Iterator[str]:
    """Where no rule covers the visit and the protocol does not say that this means continue."""
    lines = []
    for one in visits:
        said = one.control in one.asked.protocol.otherwise or one.control == "stopped"
        used = "1" if said or not asks_silence(one.asked.properties) else silence(one)[0]
        lines.append([f"silent = silent || !({used})"])
    yield from _by_control(visits, "SILENT", lines)


def _effects(places: Places) -> Iterator[str]:
    yield "inline EFFECT(rule) { /* where the rule leads from here */"
    yield "  if"
    for rule in places.asked.rules:
        yield f"  :: (rule) == {places.bit(rule)} -> e = {places.by_level(partial(places.effect, rule))}"
    yield "  fi"
    yield "}"


def _tables(places: Places) -> Iterator[str]:
    """Rules of equal right have their turn together."""
    tables = dict.fromkeys(rule.table for rule in places.asked.rules if rule.table)
    yield "inline FIRST(among) { /* the first of these rules, with the cells of its table */"
    yield "  g2 = (among) & (-(among));"
    for table in tables:
        cells = sum(places.bit(rule) for rule in places.asked.rules if rule.table == table)
        yield f"  g2 = ((g2 & {cells}) -> (among) & {cells} : g2);"
    yield "  skip"
    yield "}"


def _lowered(places: Places) -> Iterator[str]:
    """A resumed dose is no higher than what a reduction that acts at the level kept reaches, and lasts."""
    reducing = [rule for rule in places.asked.rules if rule.mode == "must" and rule.action.kind == "reduce"]
    groups = dict.fromkeys(rule.table or rule.name for rule in reducing)
    yield "inline LOWERED() {"
    yield "  old = 0;"
    for group in groups:
        rules = [rule for rule in reducing if (rule.table or rule.name) == group]
        yield "  here = 0;"
        for rule in rules:
            there = places.on_treatment(rule)
            reached = places.by_level(partial(_reached, places, rule))
            acting = both((f"(ac & {places.bit(rule)})", there, opposite("old")))
            yield "  if"
            yield f"  :: (CONTROL(e) == ON && {acting}) ->"
            yield f"     here = 1; h = {reached};"
            yield "     if"
            yield "     :: (h != 0 && h < DOSE(e)) -> e = (e & ~(DOSES | (15 << 9))) | (h << 9) | (h << 13)"
            yield "     :: else"
            yield "     fi"
            yield "  :: else"
            yield "  fi;"
        yield "  old = (here -> 1 : old);"
    yield "  skip"
    yield "}"
    ends = places.by_level(places.ends_at, "LEVEL(effect)")
    yield "inline BLOCKED(effect) { /* whether a rule that holds or stops there would end it at once */"
    yield f"  blocked = ((ac & {ends}) != 0)"
    yield "}"


def _reached(places: Places, rule: Rule, level: int) -> int:
    found = places.effect(rule, level)
    if found == "undef":
        return 0
    if found == "nochg":
        return level
    return int(found) >> 13 & 15 if int(found) & 7 == ON and not int(found) & UNDEFINED else 0


def _reasons(places: Places) -> Iterator[str]:
    held, holders = [], []
    for rule in places.asked.rules:
        if places.can_hold(rule):
            reason = places.reason_bits((rule.name,))
            bit = places.bit(rule)
            here = one_of("lev", [bool(places.holds_at(level) & bit) for level in (0, *places.levels)])
            held.append((reason, both((f"(aall & {bit})", here))))
            holders.append((reason, f"((from) & {bit})"))
    yield "inline HOLDS() { /* the hold rules that act whatever is unknown */"
    yield f"  held = {_bits(iter(held))}"
    yield "}"
    yield "inline HOLDERS(from) {"
    yield f"  held = {_bits(iter(holders))}"
    yield "}"


def _decide(visits: Sequence[Visits]) -> Iterator[str]:
    places = visits[0].places
    yield "inline DECIDE() { /* over all completions of what is unknown */"
    yield "  VALUES();"
    yield from begins(visits)
    yield from _standing(places)
    for place, reason in enumerate(places.reasons):
        rules = [rule for rule in places.asked.rules if rule.action.kind == "resume"]
        yield f"  cov[{place}] = {_bits((places.bit(rule), places.covers(rule, reason)) for rule in rules)};"
    yield "  ns = 0; np = 0; aall = -1; perms = 0; perme = -1; silent = 0; stuck = 0;"
    yield "  do"
    yield "  :: 1 ->"
    yield "     ACT(); aall = aall & ac;"
    yield "     WALK();"
    yield "     perms = perms | pm; perme = perme & pm;"
    yield from following(visits, "     ")
    yield "  od;"
    yield "  CONCLUDE()"
    yield "}"
    yield "inline OPTIONS() { /* what can be given that is not what is recommended */"
    yield "#ifdef EVERY"
    yield "  opts = perme;"
    yield "#else"
    yield "  opts = perms;"
    yield "#endif"
    yield "  OPTION(rec); opts = (opts | (ctl == BEFORE -> 1 : 0)) & ~o"
    yield "}"


def _standing(places: Places) -> Iterator[str]:
    """What is in force, and what changes nothing: on treatment the level, and in review the level unless it is withheld."""
    reviews = [rule for rule in places.asked.rules if rule.action.kind == "review" and rule.action.meanwhile != "withhold"]
    goes_on = either(["ctl == ON", *(both(("ctl == REVIEW", f"by == {places.place_of(rule.name)}")) for rule in reviews)])
    yield "  inforce = ctl | (by << 3) | (lev << 9);"
    yield f"  nochg = inforce | ({goes_on} -> (lev << 13) : 0);"
    yield "  inforce = inforce | (dos << 13); undef = inforce | UNDEFINED;"


def begins(visits: Sequence[Visits]) -> Iterator[str]:
    """The first world."""
    for number in range(max(len(one.words.groups) for one in visits)):
        yield f"  k{number} = m{number} & {(1 << SEEN) - 1}; w{number} = k{number} & (-k{number});"
    for number in range(len(visits[0].asked.trackers)):
        yield f"  t{number} = n{number} & (-n{number});"


def following(visits: Sequence[Visits], indent: str) -> Iterator[str]:
    """The next world, or no more."""
    groups = max(len(one.words.groups) for one in visits)
    trackers = len(visits[0].asked.trackers)
    yield from _next([*((f"k{n}", f"w{n}") for n in range(groups)), *((f"n{n}", f"t{n}") for n in range(trackers))], indent)


def _next(dimensions: list[tuple[str, str]], indent: str) -> Iterator[str]:
    """The next world: the first of these that has another value takes it, those before it begin again."""
    if not dimensions:
        yield f"{indent}break"
        return
    (mask, one), *rest = dimensions
    yield f"{indent}h = {mask} & ~(({one} << 1) - 1);"
    yield f"{indent}if"
    yield f"{indent}:: ({one} != 0 && h != 0) -> {one} = h & (-h)"
    yield f"{indent}:: else -> {one} = {mask} & (-{mask});"
    yield from _next(rest, indent + "   ")
    yield f"{indent}fi"
