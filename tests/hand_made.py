"""A small protocol and what verification could say of it, made by hand, so that reports are tested without a search."""

from __future__ import annotations

from fractions import Fraction

from attrs import evolve

from protocol.adapters.verified import Verified
from protocol.language.claim_text import say_property
from protocol.language.from_yaml import parse
from protocol.model.course import Course, Given, Observation, Visit
from protocol.model.regimen import regimen
from protocol.model.time import DAY
from protocol.model.verification import Counterexample, Grid, Report, Seen, Verdict, key_of
from protocol.semantics.trace import trace

SPEC = """\
protocol: counts
version: "1"
time: days
doses: {low: 100 mg every day, high: 400 mg every day}
inputs:
  platelets: {unit: 10*9/L, plausible: 0 to 3000, valid for: 8 days, every: 7 days}
  response: {choice: [none, partial, complete], valid for: 8 days, every: 7 days}
sources: {study: Our study protocol}
otherwise: {on treatment: continue, held: continue}
rules:
  start: {in: before treatment, when: always, must: start at low, source: "study, p. 9"}
  hold-low-platelets: {in: on treatment, when: "platelets < 50", must: hold, source: "study, p. 12"}
  resume: {in: held by hold-low-platelets, when: "platelets >= 75", must: resume at the same level, source: study}
  escalate:
    in: on treatment at low
    when: "response is none and time since start >= 4 weeks"
    may: escalate
    source: study, p. 9
properties:
  never-high-without-a-count: {never: "dose above low while unknown(platelets)"}
  hold-at-once: {after: "platelets < 50 and was on treatment", within: same visit, always: "held"}
  can-reach-high: {sometimes: "on treatment at high"}
  never-held: {never: "held", expect: fails}
  never-raised-late: {never: "escalate while time since start >= 5 weeks", waiver: "Patients ask for it."}
"""
PROTOCOL = parse(SPEC)
WEEKLY, FREE = Grid(7 * DAY), Grid(DAY, free=True)

_LOW, _HIGH = Given("regimen", regimen("100 mg every day")), Given("regimen", regimen("400 mg every day"))
_VISITS = (
    Visit(0, (Observation("platelets", Fraction(200)), Observation("response", "none"))),
    Visit(14 * DAY, (Observation("platelets", Fraction(200)), Observation("response", "none")), given=_LOW),
    Visit(28 * DAY, (Observation("response", "none"),), given=_HIGH),
)
PATIENT = Course("found", _VISITS)
HELD = Course("held", (_VISITS[0], Visit(7 * DAY, (Observation("platelets", Fraction(151, 4), censored="<"),))))

FAILS = Counterexample(PATIENT, 28 * DAY, True, "escalate")
EXPECTED = Counterexample(HELD, 7 * DAY, True, "hold-low-platelets")
LATE = Counterexample(PATIENT, 28 * DAY, False, "escalate")


def verdicts(grid: Grid) -> tuple[Verdict, ...]:
    """One of each kind, on one grid."""
    return (
        Verdict("never-high-without-a-count", "V101", "fails", grid, counterexample=FAILS),
        Verdict("hold-at-once", "V102", "holds", grid, family="must act", by="spacer, checked by cvc5"),
        Verdict("can-reach-high", "V102", "holds", grid, family="must act"),
        Verdict("never-held", "V101", "fails", grid, expected="fails", counterexample=EXPECTED),
        Verdict("never-raised-late", "V101", "fails", grid, waiver="Patients ask for it.", counterexample=LATE),
        Verdict("no-dead-end", "V206", "holds", grid, origin="built in", says="a recovered patient is never left alone"),
        Verdict("stopped-is-final", "V204", "holds", grid, origin="built in", says="after a stop no drug", vacuous=True),
    )


UNPROVED = (
    Verdict("no-conflict", "V208", "not confirmed", WEEKLY, origin="built in", why="no values were found for it"),
    Verdict(
        "never-better-never-more", "V209", "unfinished", WEEKLY, origin="built in", why="the limit of 1000 states was reached"
    ),
)
SEEN = (
    Seen(WEEKLY, 5523, 112, 60_100, 14, 0.91, unreached=("level high", "state stopped")),
    Seen(FREE, 28_001, 112, 401_233, 31, 4.2, unreached=("state stopped",)),
)


def report(*more: Verdict) -> Report:
    """Both grids, and further verdicts."""
    every = (*verdicts(WEEKLY), *verdicts(FREE), *more)
    return Report("counts", "1", "0123456789abcdef", every, SEEN)


def verified(found: Report | None = None) -> Verified:
    """A report with everything that the command adds to one."""
    found = found or report()
    says = {one.name: say_property(one) for one in PROTOCOL.properties}
    lines = {one.name: number for number, one in enumerate(PROTOCOL.properties, 20)}
    told = tuple(
        evolve(one, says=one.says or says.get(one.name, ""), line=lines.get(one.name, 0), key=key_of("counts", one))
        for one in found.verdicts
    )
    traces = tuple(trace(PROTOCOL, one.counterexample.course) if one.counterexample else None for one in told)
    rules = {"escalate": ("specs/counts/protocol.yaml", 15), "hold-low-platelets": ("specs/counts/protocol.yaml", 13)}
    return Verified(evolve(found, verdicts=told), PROTOCOL, "specs/counts/protocol.yaml", rules, traces)
