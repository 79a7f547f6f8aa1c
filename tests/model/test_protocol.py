"""A protocol is a frozen value; its parts are found by name, and its fingerprint is of everything in it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import attrs
import pytest

from protocol.model.cycle import Days
from protocol.model.guard import Always, And, Clock, Compare, GradeOf, Is, Known, Named, Not, Or, Ratio, Tracked, Value
from protocol.model.input import Choice, Derived, Grade, Input, Number, Schedule, Tracker, YesNo
from protocol.model.protocol import Interpretation, Level, Protocol, Reading, Source, fingerprint
from protocol.model.regimen import Regimen, regimen
from protocol.model.rule import Action, By, Citation, Rule, Same, To, Where

LOW = Or((Compare(Value("anc"), "<", Fraction(1)), Compare(GradeOf("platelets"), ">=", Fraction(3))))
DUE = Compare(Clock("start"), ">=", Fraction(40320), early=4320, late=4320)
STABLE = And((Known("anc", 4320), Is("response", "none"), Compare(Ratio("anc", "LLN"), ">", Fraction(2))))
NADIR = Compare(Tracked("nadir"), "<", Fraction(5))


def example() -> Protocol:
    """A protocol in which every kind of part occurs."""
    return Protocol(
        name="example",
        version="1",
        levels=(
            Level("reduced", regimen("100 mg every 2 days")),
            Level("starting", regimen("100 mg every day")),
            Level("escalated", regimen("400 mg every day")),
        ),
        inputs=(
            Input("anc", Number("10*9/L", Fraction(0), Fraction(100)), 11520, Schedule(10080, 11520), worse="low"),
            Input("platelets", Number("10*9/L", Fraction(0), Fraction(3000)), 11520, graded_by=("CTC 2.0", "platelets")),
            Input("response", Choice(("none", "partial", "complete")), 10080),
            Input("toxicity", Grade("CTC 2.0"), 50400),
            Input("mutation", YesNo(), None),
        ),
        rules=(
            Rule("hold-low", (Where("on treatment", levels=("starting",)),), LOW, "must", Action("hold")),
            Rule("back", (Where("held", by=("hold-low",)),), Not(LOW), "must", Action("resume", Same())),
            Rule("up", (Where("on treatment"),), And((Named("stable"), DUE)), "may", Action("escalate", By(2), "continue"),
                 source=Citation("paper", "p. 1"), says="could"),
            Rule("strict", (Where("on treatment"),), Named("late"), "must", Action("reduce", To("reduced")),
                 under=(("when-late", "early"),)),
            Rule("lax", (Where("on treatment"),), Named("late"), "must", Action("review", meanwhile="withhold"),
                 under=(("when-late", "calendar"),)),
        ),
        derived=(Derived("stable", STABLE),),
        trackers=(
            Tracker("episodes-low", "episodes", LOW, until=Not(LOW)),
            Tracker("nadir", "lowest", input="anc"),
        ),
        interpretations=(
            Interpretation("when-late", "Late from when?",
                           (Reading("early", "at once", Always()), Reading("calendar", "below 5", NADIR)), "early"),
            Interpretation("late", "What is late?",
                           (Reading("four-weeks", "four weeks", DUE), Reading("unsaid", "nothing")), "four-weeks"),
        ),
        sources=(Source("paper", "A paper"), Source("memory", "Another", "not read")),
        otherwise=("on treatment",),
    )  # fmt: skip


def test_a_part_is_found_by_its_name() -> None:
    protocol = example()
    assert protocol.level("starting") is protocol.levels[1]
    assert protocol.rule("up") is protocol.rules[2]
    assert protocol.input("toxicity") is protocol.inputs[3]
    assert protocol.tracker("nadir") is protocol.trackers[1]


@pytest.mark.parametrize("method", ["level", "rung", "rule", "input", "tracker", "definition"])
def test_a_name_that_the_protocol_does_not_have_is_a_key_error(method: str) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        getattr(example(), method)("nonsense")


def test_a_rung_is_the_place_on_the_ladder_and_not_an_amount() -> None:
    assert [example().rung(name) for name in ("reduced", "starting", "escalated")] == [0, 1, 2]


def test_a_name_stands_for_its_derived_guard_or_the_chosen_reading() -> None:
    protocol = example()
    assert protocol.definition("stable") == protocol.derived[0].when
    assert protocol.definition("late") == DUE


def test_a_reading_without_a_guard_stands_for_none() -> None:
    with pytest.raises(KeyError, match="late"):
        example().with_reading("late", "unsaid").definition("late")


def test_the_rules_in_force_are_those_of_the_chosen_readings_in_order() -> None:
    protocol = example()
    assert [rule.name for rule in protocol.in_force()] == ["hold-low", "back", "up", "strict"]
    other = protocol.with_reading("when-late", "calendar")
    assert [rule.name for rule in other.in_force()] == ["hold-low", "back", "up", "lax"]


def test_a_rule_under_two_readings_needs_both_chosen() -> None:
    both = attrs.evolve(example().rules[3], under=(("when-late", "early"), ("late", "unsaid")))
    protocol = attrs.evolve(example(), rules=(both,))
    assert protocol.in_force() == ()
    assert protocol.with_reading("late", "unsaid").in_force() == (both,)


def test_another_reading_is_a_new_protocol_and_leaves_the_first_as_it_was() -> None:
    protocol = example()
    other = protocol.with_reading("when-late", "calendar")
    assert other.interpretations[0].reading().name == "calendar"
    assert other.interpretations[1] == protocol.interpretations[1]
    assert other.with_reading("when-late", "early") == protocol == example()


@pytest.mark.parametrize(("interpretation", "reading"), [("nonsense", "early"), ("when-late", "nonsense")])
def test_a_reading_that_there_is_not_is_a_key_error(interpretation: str, reading: str) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        example().with_reading(interpretation, reading)


# Fingerprint


def test_a_fingerprint_is_sixteen_hexadecimal_digits() -> None:
    assert len(fingerprint(example())) == 16
    assert int(fingerprint(example()), 16) >= 0


def test_equal_protocols_have_equal_fingerprints_and_hashes() -> None:
    assert example() == example()
    assert fingerprint(example()) == fingerprint(example())
    assert hash(example()) == hash(example())


def test_a_fingerprint_does_not_depend_on_how_an_equal_number_is_held() -> None:
    rule = example().rules[0]
    numbers: tuple[Any, ...] = (3, Fraction(3))
    whole, fraction = (
        attrs.evolve(example(), rules=(attrs.evolve(rule, when=Compare(Value("anc"), "<", number)),)) for number in numbers
    )
    assert whole == fraction
    assert fingerprint(whole) == fingerprint(fraction)


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    program = (
        "from protocol.model.protocol import Level, Protocol, fingerprint; from protocol.model.regimen import regimen;"
        "print(fingerprint(Protocol('a', '1', (Level('x', regimen('1 mg daily')),), (), ())))"
    )
    printed = {
        subprocess.run([sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
                       capture_output=True, text=True, check=True).stdout.strip()
        for seed in ("1", "2")
    }  # fmt: skip
    assert printed == {fingerprint(Protocol("a", "1", (Level("x", regimen("1 mg daily")),), (), ()))}


def test_names_cannot_be_written_so_that_two_protocols_look_alike() -> None:
    one = attrs.evolve(example(), title="a',drug='b", drug="")
    other = attrs.evolve(example(), title="a", drug="b")
    assert fingerprint(one) != fingerprint(other)


def test_the_order_of_rules_and_levels_is_part_of_the_protocol() -> None:
    protocol = example()
    for field in ("rules", "levels"):
        turned = attrs.evolve(protocol, **{field: getattr(protocol, field)[::-1]})
        assert fingerprint(turned) != fingerprint(protocol)


Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, object]]:
    """Everything in a value that has no parts, by the way that leads to it."""
    if attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from leaves(getattr(value, field.name), (*path, field.name))
    elif isinstance(value, tuple) and value:
        for place, item in enumerate(value):
            yield from leaves(item, (*path, place))
    else:
        yield path, value


def replaced(value: Any, path: Path, new: object) -> Any:
    if not path:
        return new
    first, *rest = path
    if isinstance(first, int):
        return (*value[:first], replaced(value[first], tuple(rest), new), *value[first + 1 :])
    return attrs.evolve(value, **{first: replaced(getattr(value, first), tuple(rest), new)})


def other_than(value: object) -> object:
    match value:
        case bool():
            return not value
        case str():
            return value + "x"
        case int() | Fraction():
            return value + 1
        case None:
            return 1
        case ():
            return ("x",)
    raise AssertionError(value)


# Of a regimen not every text is a unit, not every value the days of a cycle, and a rate is not every two days.
REGIMEN: dict[str, object] = {"unit": "g", "per": "kg", "days": Days(1, 2, 3)}
LEAVES = [
    pytest.param(path, value, id=".".join(map(str, path)))
    for path, value in leaves(example())
    if path[-2:] != ("regimen", "rate")
]


@pytest.mark.parametrize(("path", "value"), LEAVES)
def test_any_changed_field_changes_the_fingerprint(path: Path, value: object) -> None:
    other = REGIMEN[str(path[-1])] if path[-2:-1] == ("regimen",) and path[-1] in REGIMEN else other_than(value)
    changed = replaced(example(), path, other)
    assert changed != example()
    assert fingerprint(changed) != fingerprint(example())


def test_a_rate_has_another_fingerprint_than_single_doses() -> None:
    single, rate = (replaced(example(), ("levels", 0, "regimen"), Regimen(1, "mg", 60, rate=rate)) for rate in (False, True))
    assert fingerprint(single) != fingerprint(rate)


def test_the_example_has_every_kind_of_part() -> None:
    kinds = {type(part).__name__ for part in parts(example())}
    assert kinds >= {"Number", "Grade", "Choice", "YesNo", "Schedule", "To", "By", "Same", "Always", "Compare", "Is", "Known",
                     "Named", "Not", "And", "Or", "Value", "Ratio", "GradeOf", "Tracked", "Clock", "Citation"}  # fmt: skip


def parts(value: Any) -> Iterator[object]:
    if attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from parts(item)


def test_parts_of_different_kinds_with_equal_fields_have_different_fingerprints() -> None:
    rule = example().rules[0]
    guards = (And((LOW,)), Or((LOW,)), Compare(Value("a"), "<", Fraction(1)), Compare(Tracked("a"), "<", Fraction(1)))
    prints = {fingerprint(attrs.evolve(example(), rules=(attrs.evolve(rule, when=guard),))) for guard in guards}
    assert len(prints) == len(guards)


def test_a_protocol_cannot_be_changed_in_place() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        example().name = "other"  # type: ignore[misc]


def test_what_a_part_does_not_say_is_no_part_of_its_fingerprint() -> None:
    # So that a version of this package in which a protocol may say more does not give every protocol another fingerprint.
    assert fingerprint(Protocol("a", "1", (), (), ())) == "66f108213eb10c45"
