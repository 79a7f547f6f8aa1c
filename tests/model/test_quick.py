"""A value that is made quickly is in nothing different from one that is made as ``attrs`` makes it."""

from __future__ import annotations

import copy
import inspect

import pytest
from attrs import exceptions, field, frozen

from protocol.model.quick import quickly
from protocol.model.state import Held, State


@frozen
class Plain:
    """A value with all that a field can have."""

    name: str
    number: int = field(default=1, converter=int)
    seen: dict[str, int] = field(factory=dict, init=False)


@frozen(cache_hash=True)
class Kept:
    """A value that keeps its hash."""

    name: str
    number: int = 1


@pytest.mark.parametrize("cls", (Plain, Kept, Held, State))
def test_the_quick_class_takes_the_same_arguments(cls: type[object]) -> None:
    assert inspect.signature(quickly(cls)).parameters == inspect.signature(cls).parameters


def test_a_quickly_made_value_is_equal_to_the_other_and_of_the_same_class() -> None:
    made, other = quickly(Plain)("a", number="2"), Plain("a", 2)  # type: ignore[arg-type]
    assert made == other and type(made) is Plain and repr(made) == repr(other)
    assert quickly(Plain)("a") != other
    assert made.seen == {} and made.seen is not quickly(Plain)("a").seen


def test_a_quickly_made_value_cannot_be_changed() -> None:
    for made in (quickly(Plain)("a"), quickly(Kept)("a")):
        with pytest.raises(exceptions.FrozenInstanceError):
            made.name = "b"  # type: ignore[misc]
        with pytest.raises(exceptions.FrozenInstanceError):
            del made.name
        with pytest.raises(AttributeError):
            made.other = "b"  # type: ignore[union-attr]


def test_a_quickly_made_value_has_the_hash_of_the_other_also_where_that_is_kept() -> None:
    assert {quickly(Kept)("a"), Kept("a"), copy.deepcopy(quickly(Kept)("a"))} == {Kept("a")}
    assert hash(quickly(State)(withheld=True)) == hash(State(withheld=True)) != hash(State())


def test_wrong_arguments_are_refused_as_usual() -> None:
    with pytest.raises(TypeError):
        quickly(Kept)()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        quickly(Kept)("a", 1, 2)  # type: ignore[call-arg]
