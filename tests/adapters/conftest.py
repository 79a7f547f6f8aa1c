"""A small protocol whose every kind of input and column can be written into a table."""

from __future__ import annotations

from fractions import Fraction

import pytest

from protocol.model.guard import Compare, Is, Value
from protocol.model.input import Choice, Grade, Input, Number, Schedule, YesNo
from protocol.model.protocol import Interpretation, Level, Protocol, Reading, Source
from protocol.model.regimen import regimen
from protocol.model.rule import Action, By, Citation, Rule, To, Where
from protocol.model.time import DAY


def _number(name: str, unit: str, high: int) -> Input:
    return Input(name, Number(unit, Fraction(0), Fraction(high)), 8 * DAY, Schedule(7 * DAY, 7 * DAY))


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    low_anc = Compare(Value("anc"), "<", Fraction(1))
    return Protocol(
        name="small",
        version="1.0",
        drug="imatinib",
        levels=(
            Level("reduced", regimen("100 mg every 2 days")),
            Level("starting", regimen("100 mg every day")),
            Level("escalated", regimen("400 mg every day")),
        ),
        inputs=(
            _number("anc", "10*9/L", 100),
            _number("platelets", "10*9/L", 3000),
            _number("bilirubin", "mg/dL", 50),
            Input("response", Choice(("none", "partial", "complete")), 7 * DAY),
            Input("rash", YesNo(), 35 * DAY),
            Input("toxicity", Grade("CTC 2.0"), 35 * DAY),
        ),
        rules=(
            Rule("start", (Where("before treatment"),), Compare(Value("anc"), ">=", Fraction(1)), "must",
                 Action("start", To("starting"))),
            Rule("hold-cytopenia", (Where("on treatment"),), low_anc, "must", Action("hold"),
                 source=Citation("label", "table of dose adjustments"), says="Below 1.0 the drug is stopped."),
            Rule("escalate-no-response", (Where("on treatment", ("starting",)),), Is("response", "none"), "may",
                 Action("escalate", By(1)), source=Citation("cortes2003", "p. 4714, Study design"),
                 says="Without a response after four weeks the dose could be raised to 400 mg.", unverified="could, or were"),
        ),
        interpretations=(
            Interpretation("day-28", "Is day 28 elapsed or a study day?",
                           (Reading("elapsed", "28 days after the first dose"), Reading("study-day", "27 days after it")),
                           "elapsed"),
        ),
        sources=(Source("label", "US prescribing information"),
                 Source("cortes2003", "Cortes J et al. Blood 2003;101:4714-4716")),
    )  # fmt: skip
