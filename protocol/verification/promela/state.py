"""What the model keeps between visits, and what it uses at one and forgets: the variables of the Promela model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protocol.model.rule import ACTIONS
from protocol.verification.promela.places import ANEW, NOTHING, UNDEFINED, Places
from protocol.verification.promela.visits import Visits
from protocol.verification.promela.words import age, pieces_of

HIDDEN = """
hidden int ac, aall, us, k, h, i, j, q, u, v, vb, x, y, z, b, lb, e, g, g2, o, pm, perms, perme;
hidden int ns, np, no, nm, nl, found, mrec, racc, fail, first, allanew, lowest, isordered, blocked, safe, allsafe, least;
hidden int rec, eff, effp, fw, status, stuck, silent, nochg, undef, inforce, held, nr, here, over, old;
hidden int act, why, leads, leading, failing, bad, doubtful, told;
hidden int se[24], sp[24], sr[24], pe[40], pr[40], oe[24], ob[24], me[24], mb[24], le[24], lp[24];
"""


def declared(places: Places, visits: Sequence[Visits]) -> Iterator[str]:
    """The definitions and variables."""
    groups = max(len(one.words.groups) for one in visits)
    yield from _constants(places)
    yield "/* kept */"
    yield from _kept(places)
    yield "/* forgotten at the end of a visit */"
    yield f"int rel, app, opts, go{''.join(f', m{n}' for n in range(groups))};"
    yield "/* no part of a state */"
    yield HIDDEN
    if groups:
        yield f"hidden int {', '.join(f'w{n}, k{n}' for n in range(groups))};"
    if places.asked.trackers:
        yield f"hidden int {', '.join(f't{n}, n{n}' for n in range(len(places.asked.trackers)))};"
    if places.asked.clocks:
        yield f"hidden int {', '.join(f'old_{age(name)}' for name in places.asked.clocks)};"
    reasons = len(places.reasons)
    yield f"hidden int cov[{reasons}], cq[{reasons}], wq[{reasons}];"
    yield "inline NO_LETTER() {"
    yield f"  {' '.join(f'm{n} = 0;' for n in range(groups))} skip"
    yield "}"


def _kept(places: Places) -> Iterator[str]:
    asked, reasons = places.asked, places.reasons
    yield "byte ctl, by, lev, dos;"
    yield "bit wh;"
    said = ", ".join(f"{1 << place}: {name}" for place, name in enumerate(reasons))
    yield f"{'int' if len(reasons) > 15 else 'short'} rs; /* {said} */"
    for name, end in asked.clocks.items():
        yield f"byte {age(name)} = {0 if name == 'treatment' else f'{end} + APART'};"
    if asked.dated:
        yield f"byte stp = {asked.steps_end};"
    for place, atom in enumerate(asked.due):
        yield f"bit due_{place}; /* {atom.term} {atom.operator} {atom.constant} */"
    for place, tracker in enumerate(asked.trackers):
        yield f"/* {tracker.name} */"
        match tracker.kind:
            case "episodes" | "consecutive":
                yield f"int c{place} = 1;"
            case "since":
                end = len(pieces_of(asked, tracker.name)) - 1
                yield f"byte d{place} = {end} + APART, p{place} = {end} + APART;"
            case _:
                yield f"byte lo{place} = 255, hi{place} = 255;"
        if tracker.name in asked.moved:
            yield f"bit moved_{place};"


def _constants(places: Places) -> Iterator[str]:
    protocol = places.asked.protocol
    levels, reasons = len(protocol.levels), places.reasons
    sign = {"less": "<", "more": ">", "none": None}[protocol.safe_side]
    yield "#ifndef APART"
    yield "#define APART 1 /* what never happened is told from what happened long ago */"
    yield "#endif"
    names = {
        "BEFORE": 0, "ON": 1, "HELD": 2, "REVIEW": 3, "STOPPED": 4, "ANEW": ANEW, "UNDEFINED": UNDEFINED, "NOTHING": NOTHING,
        "LEVELS": levels, "ENDS": 1 << (2 * levels + 1), "REASONS": len(reasons), "UNORDERED": 1 << (len(reasons) - 1),
        "DOSES": 15 << 13, "DECIDED": 0, "PROVISIONAL": 1, "UNDECIDED": 2,
        "MAY": places.bits(lambda rule: rule.mode == "may"),
        "RECOMMENDED": places.bits(lambda rule: rule.mode == "may" and rule.recommended),
        "RESUME": places.bits(lambda rule: rule.action.kind == "resume"),
        "LEAVING": places.bits(lambda rule: rule.action.kind in ("resume", "escalate", "reduce")),
        "INSTEAD": places.bits(lambda rule: rule.action.off_ladder is not None),
        "HOLDING": ACTIONS.index("hold"), "STOPPING": ACTIONS.index("stop"), "GOING_ON": ACTIONS.index("continue"),
        "HOLD": places.bits(lambda rule: rule.action.kind == "hold"),
    }  # fmt: skip
    yield from (f"#define {name} {value}" for name, value in names.items())
    yield from _watched(places)
    yield "#define CHANGES (CONTROL(eff) != ctl || BY(eff) != by)"
    yield "#define CONTROL(e) ((e) & 7)"
    yield "#define BY(e) (((e) >> 3) & 63)"
    yield "#define LEVEL(e) (((e) >> 9) & 15)"
    yield "#define DOSE(e) (((e) >> 13) & 15)"
    yield "#define RANK(e) (((e) & UNDEFINED) -> -2 : DOSE(e) - 1)"
    yield f"#define TOWARDS(d, here) ({f'(d) {sign} (here)' if sign else '0'})"
    yield f"#define LESS(a, b) (DOSE(a) {'>' if protocol.safe_side == 'more' else '<'} DOSE(b))"
    yield "#define SAME(a, b) (DOSE(a) == DOSE(b))"
    yield "#define LOW(p) ((p) == 0 -> NOTHING : ((p) & (-(p))))"
    yield (
        "#define PRIOR(a, p, b, q) ((CONTROL(a) != STOPPED && CONTROL(b) == STOPPED)"
        " || ((CONTROL(a) == STOPPED) == (CONTROL(b) == STOPPED) && LOW(p) < LOW(q)))"
    )


def _watched(places: Places) -> Iterator[str]:
    """Which properties are asserted; with REPORT all are told instead, each at the first visit at which it fails."""
    for name in ("WATCHED", "DOUBTED"):
        yield f"#ifndef {name}"
        yield f"#define {name} 0"
        yield "#endif"
    yield "#ifdef REPORT"
    yield "c_code { static int told_bad, told_doubtful; };"
    yield "inline TOLD() { c_code {"
    for place, item in enumerate(places.asked.properties):
        for variable, word in (("bad", "fails"), ("doubtful", "may fail")):
            said = f'printf("{item.name} {word}\\n")'
            yield f"  if ({variable} & ~told_{variable} & {1 << place}) {{ told_{variable} |= {1 << place}; {said}; }}"
    yield "} }"
    yield "#else"
    yield "inline TOLD() { skip }"
    yield "#endif"
