"""What is printed reads back as what it was: guards, texts, and whole protocols drawn at random."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import InputError
from protocol.language.from_yaml import parse, parse_guard
from protocol.language.names import COLUMNS, RESERVED_LEVELS, RESERVED_RULES
from protocol.language.shipped import load, shipped_names
from protocol.language.to_text import duration_trackers, say_formula, say_guard
from protocol.language.to_yaml import print_protocol
from protocol.model.cycle import Days
from protocol.model.dispensing import Dispensing
from protocol.model.formula import Baseline, Constant, Current, Earlier, Formula, Operation, parts
from protocol.model.guard import (
    Always,
    And,
    Clock,
    Compare,
    CumulativeDose,
    GradeOf,
    Guard,
    Is,
    Known,
    Named,
    Not,
    Or,
    Ratio,
    Tracked,
    Value,
)
from protocol.model.input import Choice, Derived, DerivedNumber, Grade, Input, Number, Schedule, Tracker, YesNo
from protocol.model.ladder import generated
from protocol.model.monitoring import Monitoring
from protocol.model.protocol import Interpretation, LadderEnds, Level, Protocol, Reading, Source
from protocol.model.regimen import Amount, Regimen, kind_of
from protocol.model.rule import Action, AtMost, By, Citation, Rule, Same, To, Where

WHOLE = parse((Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8"))
DURATIONS = duration_trackers(WHOLE)

minutes = st.one_of(st.integers(0, 10**8), st.integers(0, 100).map(lambda days: days * 1440))
operators = st.sampled_from(("<", "<=", ">", ">=", "==", "!="))
orders = st.sampled_from(("<", "<=", ">", ">="))


def decimals(low: int, high: int) -> st.SearchStrategy[Fraction]:
    return st.integers(low * 1000, high * 1000).map(lambda thousandths: Fraction(thousandths, 1000))


def clock(name: str, operator: str, age: int, early: int, late: int) -> Compare:
    return Compare(Clock(name), operator, Fraction(age), *((early, late) if operator == ">=" else (0, 0)))  # type: ignore[arg-type]


clocks = st.builds(
    clock,
    st.sampled_from(("start", "state", "dose change", "dose raised", "dose lowered", "hold", "treatment")),
    orders,
    minutes,
    *[st.just(0) | minutes] * 2,
)
numbers = st.one_of(
    st.builds(Compare, st.just(Value("anc")), operators, decimals(0, 100)),
    st.builds(Compare, st.just(Value("platelets")), operators, decimals(0, 3000)),
    st.builds(Compare, st.just(Value("toxicity")) | st.just(GradeOf("anc")), operators, st.integers(0, 5).map(Fraction)),
    st.builds(
        Compare, st.builds(Ratio, st.just("bilirubin"), st.sampled_from(("ULN", "LLN", "baseline"))), operators, decimals(1, 50)
    ),
)
amounts = st.builds(
    lambda operator, amount, unit: Compare(CumulativeDose(unit), operator, amount),
    operators,
    decimals(0, 5000),
    st.sampled_from(("mg", "g", "ug")),
)
words = st.one_of(
    st.just(Always()),
    st.builds(Is, st.just("response"), st.sampled_from(("none", "partial", "complete"))),
    st.builds(Is, st.just("rash"), st.sampled_from(("yes", "no"))),
    st.builds(Known, st.sampled_from(("anc", "rash", "toxicity")), st.none() | minutes),
)
counts = st.one_of(
    st.builds(Compare, st.just(Tracked("cytopenias")), operators, st.integers(0, 99).map(Fraction)),
    st.builds(Compare, st.sampled_from((Tracked("grade-2-persists"), Tracked("cytopenia-seen"))), orders, minutes.map(Fraction)),
    st.builds(Compare, st.just(Tracked("nadir")), operators, decimals(0, 3000)),
)
numbers |= st.builds(Compare, st.sampled_from((Value("platelet-fall"), Tracked("deepest-fall"))), operators, decimals(-1000, 100))
numbers |= st.builds(Compare, st.just(Value("cytopenia-score")), operators, st.integers(-1, 5).map(Fraction))
findings = numbers | words
everything = findings | counts | clocks | amounts | st.builds(Named, st.sampled_from(("recovered", "remission", "four-weeks")))


def trees(atoms: st.SearchStrategy[Guard]) -> st.SearchStrategy[Guard]:
    def grown(part: st.SearchStrategy[Guard]) -> st.SearchStrategy[Guard]:
        parts = st.lists(part, min_size=2, max_size=4).map(tuple)
        return st.builds(Not, part) | st.builds(And, parts) | st.builds(Or, parts)

    return st.recursive(atoms, grown, max_leaves=12)


@settings(max_examples=500)
@given(trees(everything))
def test_a_guard_that_is_said_reads_as_the_same_guard(guard: Guard) -> None:
    assert parse_guard(say_guard(guard, DURATIONS), WHOLE) == guard


@given(trees(everything))
def test_no_parenthesis_that_is_said_can_be_left_out(guard: Guard) -> None:
    text = say_guard(guard, DURATIONS)
    for place in (place for place, sign in enumerate(text) if sign == "(" and (place == 0 or text[place - 1] in " (")):
        end = matching(text, place)
        bare = text[:place] + text[place + 1 : end] + text[end + 1 :]
        with suppress(InputError):  # without them it may mean nothing, as a visit window does
            assert parse_guard(bare, WHOLE) != guard


def matching(text: str, opening: int) -> int:
    """The place of the parenthesis that closes the one at ``opening``."""
    depth = 0
    for place in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise AssertionError(text)


AWKWARD = [
    "a: b", "a #b", "# c", "- x", "-", "it's", 'say "x"', "back\\slash", " leading", "trailing ", "two\nlines\n", "tab\there",
    "null", "~", "yes", "no", "1.0", "012", "1_000", "0x1f", "2003-01-01", "@x", "`x`", "%x", "&a", "*a", "!t", "|", ">",
    "{a: b}", "[a, b]", "(open", "shut)", "...", "---", "\x00", "\x85", "\u2028", "\ufeff", "\xa0x\xa0", "\U0001f469\u200d",
    "\ufb01",
    "e\u0301", "?", ":", ",", "a,b", "=", "<<", "\r\n",
]  # fmt: skip
texts = st.text() | st.sampled_from(AWKWARD)
told = texts | st.just("")


asked = st.one_of(
    st.builds(Constant, decimals(0, 100)),
    st.builds(Current, st.sampled_from(("anc", "platelets", "bilirubin"))),
    st.builds(Baseline, st.sampled_from(("anc", "platelets"))),
    st.builds(Earlier, st.sampled_from(("anc", "platelets")), st.integers(2, 10**6)),
)
formulas = st.recursive(
    asked, lambda part: st.builds(Operation, st.sampled_from(("+", "-", "*", "/")), part, part), max_leaves=12
).filter(lambda formula: parts(formula) and "/ 0" not in f"{say_formula(formula)} ".replace("/ 0.", ""))


@st.composite
def derived_numbers(draw: st.DrawFn) -> DerivedNumber:
    formula = draw(formulas)
    ago = [part.ago for part in parts(formula) if isinstance(part, Earlier)]
    window = (draw(minutes), draw(st.integers(0, min(ago) - 1))) if ago else None
    current = [part.input for part in parts(formula) if isinstance(part, Current)][: len(parts(formula)) - 1]
    defaults = tuple((name, draw(decimals(0, 50))) for name in draw(st.permutations(current)) if draw(st.booleans()))
    kind = Number(draw(st.sampled_from(("%", "1", "10*9/L"))), draw(decimals(-100, 0)), draw(decimals(1, 1000)))
    return DerivedNumber("drawn", formula, kind, defaults, window, draw(told), draw(told))


@settings(max_examples=300)
@given(st.deferred(derived_numbers))
def test_a_derived_number_that_is_printed_reads_as_the_same_number(number: DerivedNumber) -> None:
    changed = attrs.evolve(WHOLE, numbers=(*WHOLE.numbers, number))
    assert parse(print_protocol(changed)) == changed


@given(formulas)
def test_no_parenthesis_of_a_formula_that_is_said_can_be_left_out(formula: Formula) -> None:
    text = say_formula(formula)
    for place in (place for place, sign in enumerate(text) if sign == "(" and (place == 0 or text[place - 1] in " (")):
        end = matching(text, place)
        bare = text[:place] + text[place + 1 : end] + text[end + 1 :]
        said = print_protocol(WHOLE).replace('value: "2 * ', f'value: "{bare} + 2 * ')
        with suppress(InputError):
            assert parse(said).numbers[-1].value.left.left.left != formula  # type: ignore[union-attr]


@settings(max_examples=300)
@given(texts)
def test_any_text_reads_back_as_it_is_wherever_texts_stand(text: str) -> None:
    source = Source("cortes2003", text, text)
    reading = Reading("elapsed", text, WHOLE.interpretations[1].readings[0].guard, text)
    question = attrs.evolve(WHOLE.interpretations[1], question=text, readings=(reading, WHOLE.interpretations[1].readings[1]))
    rules = tuple(attrs.evolve(rule, source=Citation("label", text), says=text, note=text, waiver=text) for rule in WHOLE.rules)
    changed = attrs.evolve(
        WHOLE,
        version=text,
        title=text,
        note=text,
        inputs=tuple(attrs.evolve(item, label=text, note=text, loinc=text) for item in WHOLE.inputs),
        derived=tuple(attrs.evolve(item, label=text, note=text) for item in WHOLE.derived),
        sources=(source, *WHOLE.sources[1:]),
        interpretations=(WHOLE.interpretations[0], question),
        rules=rules,
    )
    assert parse(print_protocol(changed)) == changed


ends = st.sampled_from(("printed", "ours"))
names = st.from_regex(r"\A[a-z][a-z0-9-]{0,11}\Z").filter(lambda name: name not in RESERVED_LEVELS | RESERVED_RULES | COLUMNS)
spans = st.integers(1, 10**6)
units, sizes = st.sampled_from(("mg", "g", "ug", "U")), st.sampled_from(("", "kg", "m2"))
runs = (
    st.tuples(st.integers(1, 28), st.integers(1, 28), st.integers(1, 28))
    .map(sorted)
    .filter(lambda run: run[1] - run[0] < run[2] - 1)
)
cycles = st.one_of(st.none(), runs.map(lambda run: Days(*run)))
regimens = st.one_of(
    st.builds(Regimen, decimals(1, 5000), units, spans, sizes),
    st.builds(Regimen, decimals(1, 5000), units, st.sampled_from((1, 60)), sizes, st.just(True), cycles),
    st.builds(Regimen, decimals(1, 5000), units, st.sampled_from((480, 1440)), sizes, st.just(False), cycles),
    st.builds(Regimen, decimals(1, 5000), units, st.just(0), sizes),
    st.builds(Regimen, decimals(1, 200), st.just("%"), spans),
)
placebos = st.builds(Regimen, st.just(0), st.just("mg"), spans)


@st.composite
def ladders(draw: st.DrawFn) -> tuple[Level, ...]:
    """Listed, or generated; sometimes generated with its last level changed."""
    if draw(st.booleans()):
        return tuple(
            Level(name, draw(regimens | placebos)) for name in draw(st.lists(names, min_size=1, max_size=4, unique=True))
        )
    step, low = draw(regimens), draw(decimals(1, 100))
    levels = generated(low, low + step.amount * draw(st.integers(1, 12)), step)
    return draw(
        st.sampled_from((levels, levels, (*levels[:-1], Level("odd", step)), (*levels[:-1], Level(levels[-1].name, step))))
    )


@st.composite
def inputs(draw: st.DrawFn, name: str) -> Input:
    low = draw(decimals(-100, 100))
    kind = draw(
        st.one_of(
            st.builds(Number, st.sampled_from(("10*9/L", "%", "mm[Hg]", "1")), st.just(low), decimals(101, 9999)),
            st.builds(Choice, st.lists(names, min_size=1, max_size=4, unique=True).map(tuple)),
            st.builds(Grade, texts),
            st.just(YesNo()),
        )
    )
    number = isinstance(kind, Number)
    worse = draw(st.sampled_from(("low", "high"))) if number else ""
    earliest, fixed = draw(minutes), draw(st.booleans())
    return Input(
        name,
        kind,
        None if fixed else draw(st.none() | minutes),
        schedule=None
        if fixed
        else draw(st.none() | st.builds(Schedule, st.just(earliest), minutes.map(lambda more: earliest + more))),
        repeats=draw(st.sampled_from(("refuse", "last", "worst"))),
        worse=worse,
        graded_by=draw(st.none() | st.just(("CTC 2.0", "alkaline phosphatase"))) if number else None,
        loinc=draw(told),
        label=draw(told),
        note=draw(told),
        fixed=fixed,
    )


def atoms_of(given: tuple[Input, ...]) -> st.SearchStrategy[Guard]:
    found: list[st.SearchStrategy[Guard]] = [
        st.just(Always()),
        *(st.builds(Known, st.just(item.name), st.none() | minutes) for item in given),
    ]
    for item in given:
        match item.kind:
            case Number(_, low, high):
                found.append(st.builds(Compare, st.just(Value(item.name)), operators, st.sampled_from((low, high))))
            case Choice(options):
                found.append(st.builds(Is, st.just(item.name), st.sampled_from(options)))
            case Grade():
                found.append(st.builds(Compare, st.just(Value(item.name)), operators, st.integers(0, 5).map(Fraction)))
            case YesNo():
                found.append(st.builds(Is, st.just(item.name), st.sampled_from(("yes", "no"))))
    return st.one_of(found)


ACTIONS = {
    "before treatment": st.sampled_from((Action("continue"), Action("stop"))),
    "on treatment": st.sampled_from(
        (
            Action("continue"),
            Action("escalate", By(1)),
            Action("reduce", By(3), "hold"),
            Action("hold"),
            Action("stop"),
            Action("review", meanwhile="withhold"),
        )
    ),
    "held": st.sampled_from((Action("resume", Same()), Action("resume", By(1), "stop"), Action("resume", By(2)), Action("stop"))),
    "in review": st.sampled_from((Action("hold"), Action("reduce", By(1), "continue"), Action("review", meanwhile="continue"))),
}


NAMING = {
    "before treatment": st.just(lambda level: Action("start", To(level))),
    "on treatment": st.sampled_from((lambda level: Action("hold", AtMost(level)), lambda level: Action("reduce", To(level)))),
    "held": st.sampled_from(
        (
            lambda level: Action("resume", AtMost(level)),
            lambda level: Action("resume", To(level), anew=True),
            lambda level: Action("resume", Same(), anew=True),
        )
    ),
    "in review": st.sampled_from((lambda level: Action("escalate", To(level)), lambda level: Action("resume", To(level)))),
}
"""Actions that name a level, made of it."""


@st.composite
def dispensings(draw: st.DrawFn, ladder: tuple[Level, ...], cited: tuple[str, ...]) -> Dispensing | None:
    """How the ladder is dispensed, where it is the same for everybody; else, and sometimes all the same, nothing is said."""
    drugs = [level.regimen for level in ladder if not level.regimen.is_placebo]
    kinds = {kind_of(dose.unit) for dose in drugs} or {"U"}
    if draw(st.booleans()) or any(dose.rate or dose.unit == "%" or dose.per for dose in drugs) or len(kinds) > 1:
        return None
    unit, said = "g" if kinds == {"mass"} else "U", draw(st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True))
    strengths = tuple(Amount(Fraction(10 * one), unit) for one in said)
    most = draw(st.none() | st.integers(1, 9))
    source = draw(st.none() | st.builds(Citation, st.sampled_from(cited), told)) if cited else None
    return Dispensing(strengths, draw(st.sampled_from(("nearest", "up", "down"))), most, "", source, draw(told), draw(told))


@st.composite
def rules(
    draw: st.DrawFn, name: str, levels: tuple[str, ...], atoms: st.SearchStrategy[Guard], others: tuple[str, ...], unit: str
) -> Rule:
    control = draw(st.sampled_from(tuple(ACTIONS)))
    some = st.lists(st.sampled_from(levels), unique=True, max_size=2).map(tuple)
    where = Where(control, () if control == "before treatment" else draw(some))  # type: ignore[arg-type]
    action = draw(ACTIONS[control] | NAMING[control].flatmap(lambda made: st.sampled_from(levels).map(made)))
    mode = draw(st.sampled_from(("must", "may")))
    return Rule(
        name,
        (where,),
        draw(trees(atoms)),
        mode,
        action,
        recommended=mode == "may" and draw(st.booleans()),
        again=action.kind in ("escalate", "reduce") and draw(st.booleans()),
        supplement=Amount(draw(decimals(1, 9)), unit, "" if unit == "%" else draw(sizes))
        if action.kind == "start" and draw(st.booleans())
        else None,
        on_hold=not (action.kind == "stop" and control == "on treatment") or draw(st.booleans()),
        source=draw(st.none() | st.builds(Citation, st.sampled_from(others), told)) if others else None,
        says=draw(told),
        unverified=draw(told),
    )


@st.composite
def monitoring(
    draw: st.DrawFn,
    name: str,
    measured: tuple[str, ...],
    levels: tuple[str, ...],
    atoms: st.SearchStrategy[Guard],
    others: tuple[str, ...],
) -> Monitoring:
    controls = st.sampled_from(("on treatment", "held", "in review", "stopped"))
    place = st.builds(Where, controls, st.lists(st.sampled_from(levels), unique=True, max_size=2).map(tuple))
    earliest = draw(minutes)
    return Monitoring(
        name,
        draw(st.sampled_from(measured)),
        Schedule(earliest, earliest + draw(minutes)),
        draw(trees(atoms)),
        draw(st.lists(place, max_size=2, unique=True).map(tuple)),
        draw(st.sampled_from(("reading", "dose change"))),
        draw(st.none() | st.builds(Citation, st.sampled_from(others), told)) if others else None,
        draw(told),
        draw(told),
        draw(told),
    )


@st.composite
def protocols(draw: st.DrawFn) -> Protocol:
    ladder = draw(ladders())
    levels = tuple(level.name for level in ladder)
    known = draw(st.lists(names, min_size=5, max_size=9, unique=True))
    measured = tuple(draw(inputs(name)) for name in known[4:])
    again = tuple(item.name for item in measured if not item.fixed and item.schedule is None)
    atoms = atoms_of(measured)
    derived = Derived(known[0], draw(trees(atoms)), draw(told), draw(told))
    trackers = (
        Tracker(known[1], "episodes", draw(trees(atoms)), until=draw(st.none() | trees(atoms))),
        Tracker(
            known[2],
            draw(st.sampled_from(("duration", "since"))),
            draw(trees(atoms)),
            measured_only=draw(st.booleans()),
            from_baseline=draw(st.booleans()),
        ),
    )
    question = Interpretation(
        known[3], draw(texts), (Reading("a", draw(texts)), Reading("b", draw(texts), draw(trees(atoms)))), "b"
    )
    used = st.one_of(
        atoms,
        st.just(Named(known[0])),
        st.builds(Compare, st.just(Tracked(known[1])), operators, st.integers(0, 9).map(Fraction)),
        st.builds(Compare, st.just(Tracked(known[2])), orders, minutes.map(Fraction)),
        clocks,
    )
    sources = tuple(Source(name, draw(texts), draw(told)) for name in draw(st.lists(names, max_size=2, unique=True)))
    cited = tuple(source.name for source in sources)
    said = st.sampled_from(("continue", "silent"))
    unit = next((level.regimen.unit for level in ladder if not level.regimen.is_placebo), "mg")
    uncovered = draw(st.dictionaries(st.sampled_from(tuple(ACTIONS)), said))
    return Protocol(
        draw(names),
        draw(texts),
        ladder,
        measured,
        tuple(
            draw(rules(name, levels, used, cited, unit)) for name in draw(st.lists(names, min_size=1, max_size=4, unique=True))
        ),
        derived=(derived,),
        trackers=trackers,
        interpretations=(question,),
        sources=sources,
        otherwise=tuple(control for control, word in uncovered.items() if word == "continue"),  # type: ignore[misc]
        silent=tuple(control for control, word in uncovered.items() if word == "silent"),  # type: ignore[misc]
        resolution=draw(st.sampled_from(("minutes", "hours", "days", "weeks"))),
        safe_side=draw(st.sampled_from(("less", "more", "none"))),
        between_visits=draw(st.sampled_from(("wait", "act"))),
        act_within=draw(st.none() | minutes),
        ladder_ends=draw(st.builds(LadderEnds, ends, ends)),
        dispensing=draw(dispensings(ladder, cited)),
        title=draw(told),
        drug=draw(told),
        monitoring=tuple(
            draw(monitoring(name, again, levels, used, cited))
            for name in draw(st.lists(names, max_size=3 if again else 0, unique=True))
        ),
    )


@settings(max_examples=50)
@given(protocols())
def test_a_protocol_that_is_printed_reads_as_the_same_protocol(drawn: Protocol) -> None:
    printed = print_protocol(drawn)
    assert parse(printed) == drawn
    assert print_protocol(parse(printed)) == printed


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_protocol_that_is_printed_reads_as_the_same_protocol(name: str) -> None:
    assert parse(print_protocol(load(name))) == load(name)
