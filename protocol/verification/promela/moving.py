"""How time passes before a visit, and how the state moves on after it, in Promela."""

from __future__ import annotations

from collections.abc import Iterator

from protocol.model.guard import Clock
from protocol.verification.promela.places import Places
from protocol.verification.promela.words import age, pieces_of


def moving(places: Places) -> Iterator[str]:
    """Before the visit, after it, and what is forgotten."""
    yield from _tick(places)
    yield from _move(places)
    yield from _forget(places)


def _tick(places: Places) -> Iterator[str]:
    asked = places.asked
    yield "inline TICK() { /* every age is one visit more, up to its end */"
    for name, end in asked.clocks.items():
        runs = " && dos != 0" if name == "treatment" else ""
        yield f"  {age(name)} = ({age(name)} < {end}{runs} -> {age(name)} + 1 : {age(name)});"
    if asked.dated:
        yield f"  stp = (stp < {asked.steps_end} -> stp + 1 : stp);"
    for place, tracker in enumerate(asked.trackers):
        if tracker.kind == "since":
            end = len(pieces_of(asked, tracker.name)) - 1
            for variable in (f"d{place}", f"p{place}"):
                yield f"  {variable} = ({variable} < {end} -> {variable} + 1 : {variable});"
    yield "  skip"
    yield "}"


def _move(places: Places) -> Iterator[str]:
    asked = places.asked
    yield "inline MOVE() { /* step 4: this effect is in force from now on */"
    yield "  REASON(); JUDGE();"
    yield "  x = LEVEL(eff); y = DOSE(eff); z = (eff & ANEW); b = CONTROL(eff); g = BY(eff);"
    conditions = {
        "start": "lev == 0 && y != 0",
        "state": "b != ctl || g != by",
        "dose change": "y != dos",
        "dose raised": "y > dos",
        "dose lowered": "y < dos",
        "hold": "b == HELD && ctl != HELD",
    }
    yield f"  u = ({places_changed('lev', 'x')}); /* a step */"
    for name, end in asked.clocks.items():
        if name == "treatment":
            yield f"  {age(name)} = (z -> 0 : {age(name)});"
            continue
        anew = {"hold": age(name), "dose lowered": f"{end} + APART"}.get(name, "0")
        kept = f"({conditions[name]}) -> 0 : {age(name)}"
        yield f"  old_{age(name)} = (z -> {int(name not in ('hold', 'dose lowered'))} : ({conditions[name]}));"
        yield f"  {age(name)} = (z -> {anew} : ({kept}));"
    yield from _due(places)
    for place, tracker in enumerate(asked.trackers):
        if tracker.name in asked.moved:
            yield f"  moved_{place} = (z || u -> 0 : moved_{place});"
        yield from _anew(places, place, tracker.kind)
    if asked.dated:
        yield "  stp = (z || u -> 0 : stp);"
    yield "  wh = (!z && fw && y == 0 && b == ctl && g == by);"
    yield "  rs = (z -> 0 : nr);"
    yield "  ctl = b; by = g; lev = x; dos = y"
    yield "}"


def places_changed(one: str, other: str) -> str:
    """That two are not the same."""
    return f"{one} != {other}"


def _due(places: Places) -> Iterator[str]:
    """Whether a comparison of a clock came, or will come, due since the last step."""
    asked = places.asked
    for place, atom in enumerate(asked.due):
        assert isinstance(atom.term, Clock)
        name = atom.term.name
        limit = int(atom.constant) - (atom.early if atom.operator == ">=" else 0)
        due = f"({age(name)} * {asked.every} < {limit} && {age(name)} < {asked.clocks[name]})"
        again = "0" if name == "treatment" else f"old_{age(name)}"
        yield f"  due_{place} = (z || u -> {due} : ({again} && lev != 0 -> 1 : due_{place}));"


def _anew(places: Places, place: int, kind: str) -> Iterator[str]:
    asked = places.asked
    match kind:
        case "episodes" | "consecutive":
            yield f"  c{place} = (z -> 1 : c{place});"
        case "since":
            end = len(pieces_of(asked, asked.trackers[place].name)) - 1
            yield f"  d{place} = (z -> {end} + APART : d{place}); p{place} = (z -> {end} + APART : p{place});"
        case _:
            yield f"  lo{place} = (z -> 255 : lo{place}); hi{place} = (z -> 255 : hi{place});"


def _forget(places: Places) -> Iterator[str]:
    yield "inline FORGET() {"
    yield "  rel = 0; app = 0; opts = 0; go = 0; NO_LETTER()"
    yield "}"
