"""The schema for editors accepts what the parser accepts, and refuses keys and words that the parser refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from protocol.errors import InputError
from protocol.language.from_yaml import parse
from protocol.language.meanings import MEANINGS
from protocol.language.shipped import find, shipped_names
from protocol.language.to_schema import schema
from protocol.language.to_yaml import print_protocol
from protocol.testing import any_protocol

WHOLE = Path(__file__).parent / "whole.yaml"
Tree = Any


class Loader(yaml.SafeLoader):
    """What an editor reads, by YAML 1.2: `yes` and `1:30` are texts, numbers are numbers, nothing is null."""


Loader.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in found if tag.rsplit(":", 1)[1] in ("null", "int", "float")]
    for sign, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class Dumper(yaml.SafeDumper):
    """Writes nothing where there is no value, as people do."""


Dumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", ""))


def tree(text: str) -> Tree:
    return yaml.load(text, Loader)


def errors(value: Tree) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(value)]


def text(value: Tree) -> str:
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, width=10_000, allow_unicode=True)


def refused(value: Tree) -> set[str]:
    """The codes of what the parser finds in a tree that is written out."""
    try:
        parse(text(value))
    except InputError as error:
        return {problem.code for problem in error.problems}
    return set()


def test_what_is_written_out_again_is_still_read() -> None:
    assert refused(tree(WHOLE.read_text(encoding="utf-8"))) == set()


def test_the_schema_is_a_schema_and_plain_json() -> None:
    jsonschema.Draft7Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("path", [WHOLE, *(find(name) for name in shipped_names())], ids=lambda path: path.parent.name)
def test_the_shipped_protocols_and_the_whole_language_are_valid(path: Path) -> None:
    assert errors(tree(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("seed", range(40))
def test_what_is_printed_of_any_protocol_is_valid(seed: int) -> None:
    import random

    assert errors(tree(print_protocol(any_protocol(random.Random(seed).choice)))) == []


def mappings(value: Tree, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The places of all mappings that have keys of the language."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from mappings(inner, (*path, key))


def at(value: Tree, path: tuple[str, ...]) -> Tree:
    for key in path:
        value = value[key]
    return value


PLACES = list(mappings(tree(WHOLE.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", PLACES, ids=".".join)
def test_a_key_that_the_parser_does_not_know_is_refused(path: tuple[str, ...]) -> None:
    value = tree(WHOLE.read_text(encoding="utf-8"))
    at(value, path)["Strange Key"] = "something"
    assert refused(value), "the parser takes this key"
    assert errors(value)


@pytest.mark.parametrize(("path", "key"), [(path, key) for path in PLACES for key in at(tree(WHOLE.read_text("utf-8")), path)])
def test_a_key_that_is_missing_is_refused_where_the_parser_refuses_it(path: tuple[str, ...], key: str) -> None:
    value = tree(WHOLE.read_text(encoding="utf-8"))
    if len(at(value, path)) == 1:
        return
    del at(value, path)[key]
    assert bool(errors(value)) == bool({"P023", "P028"} & refused(value))


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("time",), "months"),
        (("safe side",), "lower"),
        (("between visits",), "sleep"),
        (("act within",), "1 month"),
        (("inputs", "anc", "valid for"), "8 moons"),
        (("inputs", "anc", "repeats"), "first"),
        (("inputs", "anc", "worse"), "lower"),
        (("inputs", "mutation", "yes or no"), "yes"),
        (("inputs", "response", "choice"), "none"),
        (("trackers", "bad-in-a-row", "measured only"), "true"),
        (("otherwise", "held"), "hold"),
        (("rules", "begin", "in"), "in treatment"),
        (("rules", "begin", "in"), []),
        (("rules", "begin", "must"), "start"),
        (("rules", "resume", "must"), "resume at the next lower level, else wait"),
        (("rules", "ask", "recommended"), "maybe"),
        (("rules",), []),
        (("sources",), {}),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_both(path: tuple[str, ...], wrong: Tree) -> None:
    value = tree(WHOLE.read_text(encoding="utf-8"))
    at(value, path[:-1])[path[-1]] = copy.deepcopy(wrong)
    assert refused(value)
    assert errors(value)


AMENDMENT = {"protocol": "small", "version": "2", "amends": "protocol.yaml"}
RULE = {"before": "other", "in": "held", "when": "always", "must": "stop"}


def test_a_file_that_amends_another_needs_neither_doses_nor_rules() -> None:
    assert errors(AMENDMENT) == []
    assert errors({**AMENDMENT, "without": {"rules": ["a", "b"], "otherwise": "held"}, "rules": {"c": RULE}}) == []
    assert errors({"protocol": "small", "version": "2"})


@pytest.mark.parametrize("without", [{}, {"doses": "low"}, {"rules": []}, {"otherwise": "stopped"}, {"rules": "A"}, "rules"])
def test_what_cannot_be_left_out_is_refused(without: Tree) -> None:
    assert errors({**AMENDMENT, "without": without})


def test_nothing_can_be_left_out_of_a_file_that_amends_none() -> None:
    whole = tree(WHOLE.read_text(encoding="utf-8"))
    assert errors({**whole, "without": {"rules": "begin"}})


def test_every_key_is_described_and_nothing_else() -> None:
    described = {key for keys in MEANINGS.values() for key in keys}
    found = set(descriptions(schema()))
    assert found == described


def descriptions(part: Tree) -> Iterator[str]:
    """The keys that are described in a schema and in those inside it."""
    for key, inner in part.get("properties", {}).items():
        if "description" in inner:
            yield key
    named = (*part.get("properties", {}).values(), *part.get("patternProperties", {}).values())
    for inner in (*named, *part.get("anyOf", ()), *(part[key] for key in ("then", "else") if key in part)):
        yield from descriptions(inner)
