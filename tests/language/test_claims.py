"""Claims: how they are read and said, and which words are told apart."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.language.claim_text import say_claim
from protocol.language.from_yaml import parse, parse_claim
from protocol.language.to_text import duration_trackers
from protocol.model.guard import Always, Clock, Compare, Guard, Is, Known, Named, Tracked, Value
from protocol.model.property import (
    MOVES,
    RELATIONS,
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
    Since,
    Times,
    While,
    Withheld,
)
from protocol.model.rule import ACTIONS, Where

TEXT = (Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8")
# Names that are words of claims, or names of levels and rules too.
ODD = """inputs:
  hold: {yes or no, valid for: 7 days}
  dose: {unit: "1", plausible: 0 to 9, valid for: 7 days}
  starting: {yes or no, valid for: 7 days}
  on: {yes or no, valid for: 7 days}
"""
WHOLE = parse(TEXT[: TEXT.index("\nproperties:") + 1].replace("inputs:\n", ODD, 1))
DURATIONS = duration_trackers(WHOLE)

a, b, c = Acts("stop"), Asks(Is("rash", "yes")), NoDrug()
at_reduced = At(Where("on treatment", ("reduced",)))


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("stop while rash", While(a, b)),
        ("stop or rash while no drug", While(Any((a, b)), c)),
        ("stop and rash or no drug", Any((All((a, b)), c))),
        ("not stop while rash", While(No(a), b)),
        ("not (stop while rash) or no drug", Any((No(While(a, b)), c))),
        ("unknown(anc)", No(Asks(Known("anc")))),
        ("response is not none", No(Asks(Is("response", "none")))),
        ("always", Asks(Always())),
        ("hold is yes", Asks(Is("hold", "yes"))),
        ("not hold is yes", No(Asks(Is("hold", "yes")))),
        ("known(hold)", Asks(Known("hold"))),
        ("dose >= 3", Asks(Compare(Value("dose"), ">=", Fraction(3)))),
        ("on", Asks(Is("on", "yes"))),
        ("on treatment", At(Where("on treatment"))),
        ("was on treatment at reduced", At(Where("on treatment", ("reduced",)), before=True)),
        ("on treatment at reduced or escalated", At(Where("on treatment", ("reduced", "escalated")))),
        ("(on treatment at reduced) or starting", Any((at_reduced, Asks(Is("starting", "yes"))))),
        ("on treatment at starting", At(Where("on treatment", ("starting",)))),
        ("(on treatment at reduced) or stop", Any((at_reduced, a))),
        ("rule is not begin", No(ByRule("begin"))),
        ("rule is by-platelets", ByRule("by-platelets")),
        ("held by by-platelets or hold-cytopenia", At(Where("held", by=("by-platelets.2.1", "hold-cytopenia")))),
        ("dose raised", DoseMoves("raised")),
        ("no drug since stop", Since(c, a)),
        ("not stop since rash", Since(No(a), b)),
        ("not (stop since rash)", No(Since(a, b))),
        ("(no drug or rash) since (stop or rash)", Since(Any((c, b)), Any((a, b)))),
        ("escalate while (no drug since stop)", While(Acts("escalate"), Since(c, a))),
        ("(no drug since stop) or rash", Any((Since(c, a), b))),
        ("time since start < 4 weeks since stop", Since(Asks(Compare(Clock("start"), "<", 28 * 1440)), a)),
        ("at least 2 times stop", Times(2, a)),
        ("at least 1 time not stop", Times(1, No(a))),
        ("not (at least 2 times stop)", No(Times(2, a))),
        ("escalate while at least 3 times (stop and rash)", While(Acts("escalate"), Times(3, All((a, b))))),
        ("(at least 2 times stop) and rash", All((Times(2, a), b))),
        ("dose at most reduced", DoseIs("at most", "reduced")),
    ],
)
def test_a_claim_is_read_and_said_in_the_same_words(text: str, claim: Claim) -> None:
    assert parse_claim(text, WHOLE) == claim
    assert say_claim(claim, DURATIONS) == text


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("on treatment at reduced or stop", Any((at_reduced, a))),
        (
            "on treatment at reduced or starting is yes",
            Any((at_reduced, Asks(Is("starting", "yes")))),
        ),
        ("held at reduced or anc < 1", Any((At(Where("held", ("reduced",))), Asks(Compare(Value("anc"), "<", Fraction(1)))))),
        ("on treatment at reduced or no drug", Any((at_reduced, c))),
        ("on treatment at reduced or was held", Any((at_reduced, At(Where("held"), before=True)))),
        ("on treatment at reduced or not rash", Any((at_reduced, No(b)))),
        ("on treatment at reduced or known(rash)", Any((at_reduced, Asks(Known("rash"))))),
    ],
)
def test_or_after_a_level_goes_on_with_the_levels_only_if_a_level_follows(text: str, claim: Claim) -> None:
    assert parse_claim(text, WHOLE) == claim


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("since stop", "P080"),
        ("stop since", "P080"),
        ("stop and rash since no drug", "P080"),
        ("no drug since stop or rash", "P080"),
        ("escalate while rash since stop", "P080"),
        ("at least 2 times stop and rash", "P080"),
        ("at least 0 times stop", "P080"),
        ("at least two times stop", "P080"),
        ("at least 2 stop", "P080"),
        ("stop 2 times", "P080"),
        ("rash since stop since no drug", "P080"),
        ("at least 2 times at least 2 times stop", "P083"),
        ("at least 2 times (rash since stop)", "P083"),
        ("rash since (stop and at least 2 times rash)", "P083"),
    ],
)
def test_a_look_back_that_can_be_read_in_two_ways_or_looks_back_twice_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_claim(text, WHOLE)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("text", ["hold", "stop or hold", "dose is reduced", "on treatment at reduced or starting"])
def test_a_word_with_two_meanings_is_asked_back(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_claim(text, WHOLE)
    assert [problem.code for problem in caught.value.problems] == ["P081"]


LEVELS, HOLDS, REVIEWS = ("reduced", "starting", "escalated"), ("hold-cytopenia",), ("ask",)
conditions: st.SearchStrategy[Guard] = st.one_of(
    st.just(Always()),
    st.sampled_from((Is("response", "none"), Is("rash", "yes"), Is("rash", "no"), Is("hold", "yes"), Is("starting", "yes"))),
    st.sampled_from((Known("anc"), Known("hold"), Known("anc", within=1440), Named("recovered"), Named("four-weeks"))),
    st.builds(Compare, st.sampled_from((Value("anc"), Value("dose"))), st.sampled_from(("<", ">=", "==")), st.integers(0, 9)),
    st.builds(Compare, st.just(Tracked("cytopenias")), st.just(">="), st.integers(0, 9)),
    st.builds(Compare, st.just(Clock("treatment")), st.just("<"), st.integers(0, 9).map(lambda days: days * 1440)),
)


def some(names: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(names), unique=True, max_size=2).map(tuple)


levels = some(LEVELS).filter(lambda found: "starting" not in found[1:])  # there it could be the input of that name
wheres = st.one_of(
    st.sampled_from((Where("before treatment"), Where("stopped"))),
    st.builds(Where, st.just("on treatment"), levels),
    st.builds(Where, st.just("held"), levels, some(HOLDS)),
    st.builds(Where, st.just("in review"), levels, some(REVIEWS)),
)
done = st.one_of(
    st.builds(Acts, st.sampled_from(tuple(kind for kind in ACTIONS if kind != "hold"))),
    st.builds(At, wheres, st.booleans()),
    st.builds(DoseIs, st.sampled_from(tuple(relation for relation in RELATIONS if relation != "is")), st.sampled_from(LEVELS)),
    st.builds(DoseMoves, st.sampled_from(MOVES)),
    st.builds(HasStatus, st.sampled_from(("decided", "provisional", "undecided"))),
    st.builds(ByRule, st.sampled_from(("begin", "ask"))),
    st.sampled_from((NoDrug(), Withheld(), Silent())),
)


def grown(part: st.SearchStrategy[Claim]) -> st.SearchStrategy[Claim]:
    parts = st.lists(part, min_size=2, max_size=3).map(tuple)
    return st.builds(No, part) | st.builds(All, parts) | st.builds(Any, parts) | st.builds(While, part, part)


trees = st.recursive(st.builds(Asks, conditions) | done, grown, max_leaves=10)
pasts = st.builds(Since, trees, trees) | st.builds(Times, st.integers(1, 999), trees)
with_past = st.recursive(trees | pasts, grown, max_leaves=4)


@settings(max_examples=500)
@given(trees | with_past)
def test_a_claim_that_is_said_reads_as_the_same_claim(claim: Claim) -> None:
    assert parse_claim(say_claim(claim, DURATIONS), WHOLE) == claim
