"""A small protocol made in Python, close to the imatinib one, and short ways to say visits of it."""

from __future__ import annotations

from fractions import Fraction as F

from attrs import evolve

from protocol import initial, step
from protocol.model.course import Given, Observation, Visit
from protocol.model.decision import Step
from protocol.model.guard import And, Clock, Compare, Guard, Is, Or, Tracked, Value
from protocol.model.input import Choice, Grade, Input, Number, Tracker, YesNo
from protocol.model.protocol import Level, Protocol, Source
from protocol.model.regimen import regimen
from protocol.model.rule import Action, By, Rule, Same, To, Where
from protocol.model.time import DAY, WEEK

ON = (Where("on treatment"),)


def above(name: str, operator: str, constant: float | str) -> Guard:
    """A comparison of an input's value."""
    return Compare(Value(name), operator, F(str(constant)))  # type: ignore[arg-type]


LOW = Or((above("anc", "<", 1), above("platelets", "<", 50)))
RECOVERED = And((above("anc", ">=", "1.5"), above("platelets", ">=", 75)))

RULES = (
    Rule("death", (Where("before treatment"), *ON, Where("held"), Where("in review")), Is("died", "yes"), "must", Action("stop")),
    Rule("hold-low", ON, LOW, "must", Action("hold")),
    Rule("hold-tox", ON, above("toxicity", ">=", 3), "must", Action("hold")),
    Rule("reduce", ON, above("toxicity", "==", 2), "must", Action("reduce", By(1))),
    Rule("start", (Where("before treatment"),), Is("eligible", "yes"), "must", Action("start", To("starting"))),
    Rule("resume-low", (Where("held", by=("hold-low",)),), RECOVERED, "must", Action("resume", Same())),
    Rule("resume-tox", (Where("held", by=("hold-tox",)),), above("toxicity", "<=", 1), "must", Action("resume", By(1))),
    Rule(
        "escalate",
        (Where("on treatment", ("starting",)),),
        And((Is("response", "none"), Compare(Clock("start"), ">=", F(28 * DAY)))),
        "may",
        Action("escalate", To("escalated")),
    ),
    Rule("give-up", ON, Compare(Tracked("episodes"), ">=", F(3)), "must", Action("stop")),
)

PROTOCOL = Protocol(
    name="small",
    version="1",
    levels=(
        Level("reduced", regimen("100 mg every 2 days")),
        Level("starting", regimen("100 mg every day")),
        Level("escalated", regimen("400 mg every day")),
    ),
    inputs=(
        Input("anc", Number("10*9/L", F(0), F(100)), 8 * DAY),
        Input("platelets", Number("10*9/L", F(0), F(3000)), 8 * DAY),
        Input("toxicity", Grade("CTC 2.0"), 35 * DAY),
        Input("response", Choice(("none", "partial", "complete")), 7 * DAY),
        Input("eligible", YesNo(), None),
        Input("died", YesNo(), 100 * WEEK),
    ),
    trackers=(Tracker("episodes", "episodes", LOW, RECOVERED),),
    rules=RULES,
    otherwise=("on treatment", "held"),
    sources=(Source("ours", "made for tests"),),
)

WELL = {"anc": 4, "platelets": 200, "toxicity": 0, "response": "partial", "died": "no"}


def visit(day: float, given: str | None = None, **values: object) -> Visit:
    """A visit on a day: ``given`` is a regimen, ``none``, ``stopped`` or ``unknown``."""
    observations = tuple(Observation(name, None if value == "nd" else value) for name, value in values.items())  # type: ignore[arg-type]
    return Visit(int(day * DAY), observations, _given(given))


def _given(text: str | None) -> Given | None:
    if text is None:
        return None
    return Given(text) if text in ("none", "stopped", "unknown") else Given("regimen", regimen(text))  # type: ignore[arg-type]


def after(*visits: Visit, protocol: Protocol = PROTOCOL) -> Step:
    """The last step of a patient who makes these visits."""
    state = initial(protocol)
    for one in visits[:-1]:
        state = step(protocol, state, one).state
    return step(protocol, state, visits[-1])


def said(taken: Step) -> tuple[str, str, str, str]:
    """Status, action, rule and dose afterwards: what most tests compare."""
    decision = taken.decision
    return decision.status, decision.action, decision.rule, str(decision.after.dose)


def with_rules(*rules: Rule, **changes: object) -> Protocol:
    """The small protocol with other rules, and other changes."""
    return evolve(PROTOCOL, rules=rules, **{"trackers": (), **changes})


STARTED = visit(0, given="100 mg every day", eligible="yes", died="no")
ESCALATED = visit(0, given="400 mg every day", eligible="yes", died="no")
