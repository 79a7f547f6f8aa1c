"""Random protocols that are valid, use every construct of the language, and are small enough to be told apart by brute force."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from attrs import evolve
from hypothesis import strategies as st

from protocol.language.to_text import duration_trackers
from protocol.model.guard import (
    Atom,
    Compare,
    Guard,
    Is,
    Known,
    Named,
    Operator,
    Ratio,
    Term,
    Tracked,
    Value,
)  # fmt: skip
from protocol.model.input import Choice, Derived, Grade, Input, Number, Schedule, Score, Tracker, YesNo
from protocol.model.protocol import End, Interpretation, LadderEnds, Protocol, Reading, Source
from protocol.model.time import DAY, WEEK
from protocol.testing.choosing import Choose, drawing
from protocol.testing.doses import any_dispensing, any_ladder
from protocol.testing.guards import PERIODS, any_clock, any_guard
from protocol.testing.monitoring import with_monitoring
from protocol.testing.numbers import any_comparison, any_number
from protocol.testing.properties import any_properties
from protocol.testing.rules import Draft, any_rules, with_table
from protocol.testing.scores import any_points, any_score

TrackerKind = Literal["episodes", "consecutive", "duration", "since", "lowest", "highest"]
SafeSide = Literal["less", "more", "none"]

_CONSTANTS = {"anc": ("1", "1.5"), "platelets": ("50", "75"), "bilirubin": ("60", "34.2"),
              "score": ("0", "-2.5"), "height": ("150", "100")}  # fmt: skip
_INPUTS = (
    Input("anc", Number("10*9/L", Fraction(0), Fraction(100)), 8 * DAY, Schedule(7 * DAY, 7 * DAY), loinc="751-8"),
    Input("toxicity", Grade("CTC 2.0"), 35 * DAY, Schedule(28 * DAY, 35 * DAY), label="worst toxicity"),
    Input("rash", YesNo(), 14 * DAY),
    Input("response", Choice(("none", "partial", "complete")), 7 * DAY, repeats="last"),
    Input("bilirubin", Number("umol/L", Fraction(0), Fraction(1000)), 7 * DAY, repeats="worst", worse="high"),
    Input("platelets", Number("10*9/L", Fraction(0), Fraction(3000)), 8 * DAY, repeats="worst", worse="low"),
    Input("mutation", YesNo(), None, note="read once"),
    Input("jak2", YesNo(), None, fixed=True),
    Input("score", Number("1", Fraction(-10), Fraction(10)), 0),
    Input("pain", Grade("CTC 2.0"), 7 * DAY, repeats="worst"),
    Input("height", Number("1", Fraction(0), Fraction(300)), None, fixed=True),
)
_ENDS: tuple[End, ...] = ("printed", "printed", "ours")


@st.composite
def protocols(
    draw: st.DrawFn,
    *,
    inputs: int = 4,
    known: bool = True,
    safe_sides: Sequence[SafeSide] = ("less", "less", "less", "more", "none"),
    tables: bool = False,
) -> Protocol:
    """Valid protocols of one to four levels, up to ``inputs`` inputs of every kind, and a dozen ordered rules of every action.

    They use every construct of the language except ``grade(...)``, and most holds and reviews have a way out. ``known`` False
    leaves out ``known(...)``, scores and trackers of measured values only, so that the laws on missing data hold without
    exception.
    ``tables`` puts a table near the top of the rules of each protocol; without it some have one, anywhere.
    """
    return any_protocol(drawing(draw), inputs=inputs, known=known, safe_sides=safe_sides, tables=tables)


def any_protocol(
    choose: Choose, *, inputs: int = 4, known: bool = True, safe_sides: Sequence[SafeSide] = ("less",), tables: bool = False
) -> Protocol:
    """One protocol, as ``protocols`` describes them."""
    first = int(choose(range(len(_INPUTS))))
    chosen = tuple((_INPUTS * 2)[first : first + int(choose(range(1, inputs + 1)))])
    seen = tuple(atom for item in chosen for atom in (choose(_ATOMS[item.name]), choose(_ATOMS[item.name])))
    derived = (Derived("remission", any_guard(choose, seen), "in remission"),) if choose((False, True)) else ()
    numbers = any_number(choose, chosen, defaults=known)
    seen += tuple(any_comparison(choose, number) for number in numbers for _ in range(2))
    scores = _scores(choose, "signs", seen) if known else ()
    seen += tuple(any_points(choose, score) for score in scores for _ in range(2))
    trackers = tuple(_tracker(choose, number, chosen, seen, known) for number in range(choose((0, 1, 1, 2))))
    interpretations = choose(((), (), (_interpretation(choose, seen),)))
    named = tuple(Named(item.name) for item in (*derived, *(i for i in interpretations if i.readings[0].guard)))
    counted = tuple(_counted(choose, tracker) for tracker in trackers)
    asked = tuple(Known(item.name, choose((None, 3 * DAY))) for item in chosen[:1]) if known else ()
    timed = _scores(choose, "course", (*seen, *named, *counted, *asked, any_clock(choose))) if known else ()
    counted += tuple(any_points(choose, score) for score in timed)
    ladder = any_ladder(choose)
    dispensing, sizes = any_dispensing(choose, ladder)
    draft = Draft(ladder, seen, (*seen, *named, *counted * 2, *asked), interpretations)
    rules, table = with_table(choose, draft, any_rules(choose, draft), tables)
    drawn = Protocol(
        name="drawn", version="1", title="Drawn at random", drug="imatinib", note=choose(("", "for tests")),
        levels=ladder, ladder_ends=LadderEnds(choose(_ENDS), choose(_ENDS)), inputs=(*chosen, *sizes), derived=derived,
        numbers=numbers, trackers=trackers, interpretations=interpretations, rules=rules,
        otherwise=(said := choose(((), ("on treatment", "held"), ("before treatment", "on treatment", "held", "in review")))),
        silent=() if said else choose(((), ("on treatment", "held"))), sources=(Source("paper", "Author A. Journal 2003;1:1-2"),),
        safe_side=choose(safe_sides), between_visits=choose(("wait", "wait", "act")), act_within=choose((None, WEEK)),
        dispensing=dispensing, scores=(*scores, *timed),
    )  # fmt: skip
    drawn = evolve(drawn, tables=(table.said(duration_trackers(drawn)),) if table else ())
    drawn = evolve(drawn, properties=any_properties(choose, drawn, (*draft.atoms, any_clock(choose))))
    return with_monitoring(choose, drawn, lambda: any_guard(choose, (*draft.atoms, any_clock(choose)), draft.seen))


def _compare(term: Term, text: str) -> Compare:
    sign, constant = text.split()
    operators: dict[str, Operator] = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "!=": "!="}
    return Compare(term, operators[sign], Fraction(constant))


_ATOMS: dict[str, tuple[Atom, ...]] = {
    "anc": (
        *(_compare(Value("anc"), text) for text in ("< 1", ">= 1.5", "< 0.5", "<= 1")),
        _compare(Ratio("anc", "baseline"), "< 0.5"),
    ),
    "platelets": (
        *(_compare(Value("platelets"), text) for text in ("< 50", ">= 75", "> 75", "!= 100")),
        *(_compare(Ratio("platelets", "baseline"), text) for text in ("< 0.5", ">= 1.5")),
    ),
    "height": (_compare(Value("height"), ">= 150"), _compare(Value("height"), "< 100")),
    "jak2": (Is("jak2", "yes"), Is("jak2", "no")),
    "bilirubin": (
        *(_compare(Ratio("bilirubin", "ULN"), text) for text in ("> 3", "< 1.5", "<= 1")),
        _compare(Ratio("bilirubin", "LLN"), "< 1"), _compare(Value("bilirubin"), "> 34.2"),
        _compare(Ratio("bilirubin", "baseline"), ">= 2"),
    ),
    "score": tuple(_compare(Value("score"), text) for text in ("> 0", "< -2.5", "== 0")),
    "toxicity": tuple(_compare(Value("toxicity"), text) for text in (">= 3", ">= 2", "<= 1", "== 2")),
    "pain": tuple(_compare(Value("pain"), text) for text in (">= 3", "< 2", "== 0")),
    "rash": (Is("rash", "yes"), Is("rash", "no")),
    "mutation": (Is("mutation", "yes"), Is("mutation", "no")),
    "response": (Is("response", "none"), Is("response", "complete"), Is("response", "partial")),
}  # fmt: skip


def _scores(choose: Choose, name: str, atoms: Sequence[Guard]) -> tuple[Score, ...]:
    return (any_score(choose, name, lambda pick: any_guard(pick, atoms)),) if choose((False, False, True)) else ()


def _tracker(choose: Choose, number: int, inputs: Sequence[Input], seen: Sequence[Guard], known: bool) -> Tracker:
    kind: TrackerKind = choose(("episodes", "consecutive", "duration", "since", "lowest", "highest"))
    numbers = [item.name for item in inputs if isinstance(item.kind, Number)]
    kind = kind if numbers or kind not in ("lowest", "highest") else "consecutive"
    name, baseline = f"{kind}-{number}", choose((False, True))
    if kind in ("lowest", "highest"):
        return Tracker(name, kind, input=choose(numbers), from_baseline=baseline)
    until = any_guard(choose, seen) if kind in ("episodes", "since") and choose((True, True, False)) else None
    measured_only = known and kind != "duration" and choose((False, False, True))
    return Tracker(name, kind, any_guard(choose, seen), until, measured_only=measured_only, from_baseline=baseline)


def _counted(choose: Choose, tracker: Tracker) -> Guard:
    term = Tracked(tracker.name)
    if tracker.kind in ("lowest", "highest"):
        return Compare(term, choose(("<", ">=")), Fraction(choose(_CONSTANTS[tracker.input])))
    if tracker.kind == "since":
        return Compare(term, choose(("<=", ">", ">=", "<")), Fraction(choose(PERIODS)))
    if tracker.kind == "duration":
        return Compare(term, choose((">=", ">=", ">")), Fraction(choose(PERIODS)))
    return Compare(term, choose((">=", ">=", "==", "<")), Fraction(choose((1, 2, 3))))


def _interpretation(choose: Choose, seen: Sequence[Guard]) -> Interpretation:
    guards = (any_guard(choose, seen), any_guard(choose, seen)) if choose((True, False)) else (None, None)
    readings = (
        Reading("strict", "As it is written.", guards[0]),
        Reading("loose", "As it is done.", guards[1], "nobody says so"),
    )
    return Interpretation("meaning", "What is meant?", readings, choose(("strict", "loose")))
