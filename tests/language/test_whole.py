"""A file in which everything that can be written is written once, and the protocol that it means, made by hand."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from protocol.language.from_yaml import parse
from protocol.language.to_yaml import print_protocol
from protocol.model.dispensing import Dispensing
from protocol.model.formula import Baseline, Constant, Current, Earlier, Operation
from protocol.model.guard import Always, And, Clock, Compare, GradeOf, Is, Known, Named, Not, Or, Ratio, Tracked, Value
from protocol.model.input import Case, Choice, Derived, DerivedNumber, Grade, Input, Item, Number, Schedule, Score, Tracker, YesNo
from protocol.model.monitoring import Monitoring
from protocol.model.property import (
    Acts,
    All,
    Any,
    Asks,
    At,
    ByRule,
    DoseIs,
    DoseMoves,
    HasStatus,
    Minutes,
    No,
    NoDrug,
    OfVisits,
    Property,
    Response,
    Silent,
    Since,
    Times,
    Until,
    Visits,
    While,
    Withheld,
)
from protocol.model.protocol import Interpretation, Level, Protocol, Reading, Source
from protocol.model.regimen import Amount, Regimen
from protocol.model.rule import Action, AtMost, By, Citation, Rule, Same, To, Where
from protocol.model.table import Table
from protocol.model.time import DAY, HOUR, WEEK

WHOLE = Path(__file__).parent / "whole.yaml"
low_anc = Compare(Value("anc"), "<", Fraction(1))
low_platelets = Compare(Value("platelets"), "<", Fraction(50))

SOURCES = (
    Source("cortes2003", "Cortes J et al. Blood 2003;101:4714-4716"),
    Source("label", "US label, 2003", unverified="read in a copy"),
)
LEVELS = (
    Level("reduced", Regimen(Fraction(100), "mg", 2 * DAY)),
    Level("starting", Regimen(Fraction(100), "mg", DAY)),
    Level("escalated", Regimen(Fraction(2, 5), "g", DAY)),
)
INPUTS = (
    Input(
        "anc",
        Number("10*9/L", Fraction(0), Fraction(100)),
        8 * DAY,
        schedule=Schedule(WEEK, WEEK),
        repeats="worst",
        worse="low",
        graded_by=("CTC 2.0", "neutrophils"),
        loinc="751-8",
        label="neutrophils",
        note="of the differential",
    ),
    Input("platelets", Number("10*9/L", Fraction(0), Fraction(3000)), 8 * DAY, schedule=Schedule(28 * DAY, 35 * DAY)),
    Input("bilirubin", Number("mg/dL", Fraction(0), Fraction(50)), 8 * DAY, schedule=Schedule(28 * DAY, 35 * DAY)),
    Input("response", Choice(("none", "partial", "complete")), 7 * DAY),
    Input("rash", YesNo(), 35 * DAY, repeats="last"),
    Input("toxicity", Grade("CTC 2.0"), 35 * DAY),
    Input("mutation", YesNo(), None),
    Input("jak2", YesNo(), None, fixed=True),
    Input("weight", Number("kg", Fraction(2), Fraction(300)), 90 * DAY),
)
DERIVED = (
    Derived("recovered", And((Compare(Value("anc"), ">=", Fraction(3, 2)), Compare(Value("platelets"), ">=", Fraction(75))))),
    Derived("remission", And((Is("response", "complete"), Not(Is("rash", "yes")))), label="complete remission", note="ours"),
)
ago = Earlier("platelets", 4 * WEEK)
fall = Operation("/", Operation("-", ago, Current("platelets")), ago)
both = Operation("+", Current("platelets"), Current("anc"))
count = Operation("-", Operation("*", Constant(Fraction(2)), both), Baseline("platelets"))
NUMBERS = (
    DerivedNumber(
        "platelet-fall",
        Operation("*", fall, Constant(Fraction(100))),
        Number("%", Fraction(-1000), Fraction(100)),
        window=(3 * DAY, 3 * DAY),
        label="fall over four weeks",
        note="ours, too",
    ),
    DerivedNumber(
        "count",
        Operation("-", count, Constant(Fraction(1, 2))),
        Number("10*9/L", Fraction(-3000), Fraction(9000)),
        defaults=(("anc", Fraction(9, 2)),),
    ),
)
SCORES = (
    Score(
        "cytopenia-score",
        (
            Item("neutrophils", (Case(Compare(Value("anc"), "<", Fraction(1, 2)), 2), Case(low_anc, 1)), 0, -1),
            Item(
                "clinic",
                (
                    Case(And((Is("rash", "yes"), Not(Named("recovered")))), 1),
                    Case(Compare(Tracked("bad-in-a-row"), ">=", Fraction(2)), 3),
                ),
                0,
                0,
            ),
        ),
        "score of cytopenia",
        "ours: made up",
    ),
)
TRACKERS = (
    Tracker("cytopenias", "episodes", Or((low_anc, low_platelets)), until=Named("recovered")),
    Tracker("bad-in-a-row", "consecutive", low_anc, measured_only=True),
    Tracker("grade-2-persists", "duration", Compare(Value("toxicity"), ">=", Fraction(2)), from_baseline=True),
    Tracker("cytopenia-seen", "since", Or((low_anc, low_platelets)), measured_only=True),
    Tracker("nadir", "lowest", input="platelets"),
    Tracker("peak", "highest", input="bilirubin"),
    Tracker("deepest-fall", "highest", input="platelet-fall"),
)
INTERPRETATIONS = (
    Interpretation(
        "next-lower",
        "From 400 mg, which level is the next lower one?",
        (Reading("every-other-day", "100 mg every other day"), Reading("one-rung", "one rung", unverified="not said")),
        "every-other-day",
    ),
    Interpretation(
        "four-weeks",
        "When are four weeks over?",
        (
            Reading("elapsed", "on day 28", Compare(Clock("start"), ">=", Fraction(4 * WEEK), early=3 * DAY, late=3 * DAY)),
            Reading("study-day", "on study day 28", Compare(Clock("start"), ">=", Fraction(27 * DAY)), unverified="unclear"),
        ),
        "elapsed",
    ),
)
mild = Compare(Value("toxicity"), "<=", Fraction(2))
treated = (Where("on treatment", levels=("starting", "escalated")),)
waiting = (Where("held", levels=("starting",), by=("by-platelets.2.1", "hold-cytopenia")),)
printed = {
    "under": (("next-lower", "one-rung"),),
    "source": Citation("label", "table 2"),
    "says": "as printed",
    "waiver": "so printed",
    "table": "by-platelets",
}
many, few = Compare(Value("platelets"), ">=", Fraction(100)), Compare(Value("platelets"), "<", Fraction(100))
BY_PLATELETS = (
    Rule("by-platelets.1.1", treated, And((mild, many)), "must", Action("continue"), **printed),
    Rule("by-platelets.1.2", waiting, And((mild, many)), "must", Action("resume", AtMost("starting")), **printed),
    Rule("by-platelets.2.1", treated, And((mild, few, low_anc)), "must", Action("hold", AtMost("reduced")), once=True, **printed),
    Rule("by-platelets.2.2", waiting, And((mild, few, low_anc)), "may", Action("stop"), recommended=True, **printed),
    Rule(
        "by-platelets.3.1",
        treated,
        And((mild, Named("recovered"))),
        "may",
        Action("reduce", To("reduced")),
        recommended=True,
        **printed,
    ),
)
timed = {"where": (Where("on treatment", levels=("escalated",)), Where("held")), "on_hold": False, "table": "by-time"}
persists = Tracked("grade-2-persists")
BY_TIME = (
    Rule(
        "by-time.1.1",
        when=And((Is("rash", "yes"), Compare(persists, ">=", Fraction(14 * DAY)))),
        mode="must",
        action=Action("stop"),
        **timed,
    ),
    Rule(
        "by-time.2.2",
        when=And((Not(Is("rash", "yes")), Compare(persists, "<", Fraction(DAY)))),
        mode="must",
        action=Action("stop"),
        **timed,
    ),
)
TABLES = (
    Table(
        "by-platelets",
        ("on treatment at starting or escalated", "held by by-platelets or hold-cytopenia at starting"),
        ("platelets >= 100", "platelets < 100 and anc < 1", "recovered"),
        when=mild,
    ),
    Table(
        "by-time",
        ("rash and grade-2-persists", "not rash and grade-2-persists"),
        (">= 2 weeks", "< 1 day"),
        where=(Where("on treatment", levels=("escalated",)), Where("held")),
    ),
)
RULES = (
    Rule(
        "begin",
        (Where("before treatment"),),
        And(
            (
                Is("mutation", "yes"),
                Not(Not(Known("anc"))),
                Or((Compare(Value("count"), "<", Fraction(-5)), Compare(Tracked("deepest-fall"), ">=", Fraction(90)))),
            )
        ),
        "must",
        Action("start", To("starting")),
    ),
    Rule(
        "hold-cytopenia",
        (Where("on treatment"),),
        Or((low_anc, low_platelets)),
        "must",
        Action("hold"),
        source=Citation("label", "table of dose adjustments"),
        says="hold at grade 3",
        note="a note",
        unverified="the primary text was not available",
        waiver="known to be so",
    ),
    Rule(
        "stop-tox",
        (Where("on treatment", levels=("starting", "escalated")), Where("held")),
        Or(
            (
                Compare(GradeOf("anc"), ">=", Fraction(4)),
                Compare(Ratio("bilirubin", "ULN"), ">", Fraction(3)),
                Compare(Ratio("bilirubin", "LLN"), "<", Fraction(1)),
                Compare(Tracked("cytopenias"), ">=", Fraction(2)),
                Compare(Ratio("bilirubin", "baseline"), ">=", Fraction(2)),
            )
        ),
        "must",
        Action("stop"),
        on_hold=False,
    ),
    Rule(
        "resume",
        (Where("held", levels=("escalated",), by=("hold-cytopenia",)),),
        And(
            (
                Named("recovered"),
                Or((Compare(Tracked("nadir"), ">", Fraction(20)), Compare(Tracked("peak"), "<=", Fraction(11, 2)))),
            )
        ),
        "must",
        Action("resume", By(1), off_ladder="stop"),
        under=(("next-lower", "one-rung"),),
    ),
    Rule(
        "ask",
        (Where("on treatment"),),
        And(
            (
                Is("rash", "no"),
                Known("anc", within=3 * DAY),
                Compare(Tracked("bad-in-a-row"), ">=", Fraction(3)),
                Compare(Value("platelet-fall"), ">", Fraction(101, 2)),
            )
        ),
        "may",
        Action("review", meanwhile="continue"),
        recommended=True,
    ),
    Rule("back", (Where("in review", by=("ask",)),), Always(), "must", Action("resume", Same())),
    Rule(
        "escalate-no-response",
        (Where("on treatment", levels=("starting",)),),
        And(
            (
                Not(Is("response", "none")),
                Named("four-weeks"),
                Compare(Tracked("grade-2-persists"), "<", Fraction(2 * WEEK)),
                Compare(Clock("hold"), "<", Fraction(HOUR)),
            )
        ),
        "may",
        Action("escalate", To("escalated")),
        again=True,
        source=Citation("cortes2003"),
    ),
    *BY_PLATELETS,
    *BY_TIME,
    Rule(
        "anew",
        (Where("held", by=("by-platelets.2.1",)),),
        Compare(Value("platelets"), ">", Fraction(150)),
        "must",
        Action("resume", Same(), anew=True),
    ),
)
rash = Asks(Is("rash", "yes"))
PROPERTIES = (
    Property(
        "never-above",
        OfVisits(
            "never",
            All((DoseIs("above", "starting"), No(Any((DoseIs("is", "reduced"), No(DoseIs("is", "escalated"))))))),
        ),
        source=Citation("cortes2003", "p. 4714"),
    ),
    Property(
        "toxicity-acts",
        Response(
            All((Asks(Compare(Value("toxicity"), ">=", Fraction(3))), At(Where("on treatment"), before=True))),
            Visits(0),
            "always",
            Any((At(Where("held")), At(Where("stopped")), Withheld())),
        ),
    ),
    Property(
        "comes-back",
        Response(
            Any(
                (
                    At(Where("held", levels=("starting", "escalated"), by=("hold-cytopenia",))),
                    At(Where("in review", by=("ask",))),
                )
            ),
            Visits(2),
            "sometimes",
            At(Where("on treatment")),
        ),
        exceptions=(
            Asks(low_anc),
            Any((Asks(Named("remission")), Asks(Is("rash", "no")))),
            Acts("stop"),
            Since(rash, Asks(low_anc)),
        ),
        expected="fails",
        course="It takes longer: three weeks",
        note="a note",
        unverified="from memory",
    ),
    Property(
        "stays",
        Response(
            While(
                Acts("escalate"),
                Any((Asks(Is("response", "none")), Asks(Compare(Clock("start"), "<", Fraction(8 * WEEK))))),
            ),
            Minutes(2 * WEEK),
            "never",
            All((DoseMoves("lowered"), No(ByRule("stop-tox")))),
        ),
        waiver="it may take longer",
    ),
    Property(
        "off",
        Response(
            Times(2, Any((Acts("stop"), Acts("hold")))),
            Until(All((Acts("resume"), Asks(Known("anc"))))),
            "always",
            Any((Since(NoDrug(), Acts("stop")), Acts("hold"))),
        ),
        family="only if",
    ),
    Property(
        "decided-or-safe",
        OfVisits(
            "always",
            Any(
                (
                    HasStatus("decided"),
                    HasStatus("provisional"),
                    All((HasStatus("undecided"), No(Silent()), Any((NoDrug(), DoseMoves("unchanged"))))),
                    No(Asks(Known("anc"))),
                )
            ),
        ),
    ),
    Property(
        "reachable",
        OfVisits(
            "sometimes",
            All((DoseIs("at least", "escalated"), No(DoseIs("at most", "starting")), At(Where("before treatment")))),
        ),
    ),
)
MONITORING = (
    Monitoring(
        "daily",
        "toxicity",
        Schedule(DAY, DAY),
        Or((Compare(Value("toxicity"), ">=", Fraction(2)), Is("rash", "yes"))),
        (Where("held", ("reduced",), ("hold-cytopenia",)), Where("stopped")),
        "dose change",
        Citation("label", "section 5"),
        "once a day",
        "looked at",
        "from memory",
    ),
    Monitoring("seldom", "weight", Schedule(4 * WEEK, 8 * WEEK), Always()),
    Monitoring("at-times", "toxicity", Schedule(2 * WEEK, 2 * WEEK), Not(Named("recovered")), (Where("on treatment"),)),
)
EXPECTED = Protocol(
    "whole",
    "1.0",
    LEVELS,
    INPUTS,
    RULES,
    derived=DERIVED,
    numbers=NUMBERS,
    trackers=TRACKERS,
    scores=SCORES,
    interpretations=INTERPRETATIONS,
    sources=SOURCES,
    otherwise=("on treatment", "held"),
    silent=("in review",),
    resolution="days",
    safe_side="more",
    between_visits="act",
    act_within=WEEK,
    title="Everything: once",
    drug="imatinib",
    note="Two lines,\nkept.\n",
    properties=PROPERTIES,
    tables=TABLES,
    monitoring=MONITORING,
    dispensing=Dispensing(
        (Amount(Fraction(2, 5), "g"), Amount(Fraction(100), "mg")),
        "up",
        8,
        "weight",
        Citation("label", "section 3"),
        "in water",
        "the strengths were not looked up",
    ),
)
PARTS = (
    "sources", "levels", "inputs", "derived", "numbers", "trackers", "interpretations", "rules", "tables", "monitoring",
    "properties",
)  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_file_means_what_was_written_by_hand(part: str) -> None:
    assert getattr(parse(WHOLE.read_text(encoding="utf-8")), part) == getattr(EXPECTED, part)


def test_the_whole_file_means_the_protocol_written_by_hand() -> None:
    assert parse(WHOLE.read_text(encoding="utf-8")) == EXPECTED


def test_the_whole_protocol_is_printed_in_its_canonical_form() -> None:
    assert print_protocol(EXPECTED) == (WHOLE.parent / "whole.printed.yaml").read_text(encoding="utf-8")


def test_what_is_printed_reads_as_the_same_protocol_and_prints_the_same_again() -> None:
    printed = print_protocol(EXPECTED)
    assert parse(printed) == EXPECTED
    assert print_protocol(parse(printed)) == printed
