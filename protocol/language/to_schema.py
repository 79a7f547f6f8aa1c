"""The JSON Schema (draft-07) of a protocol's file, for editors: completion, descriptions, and most mistakes while typing.

It is made from the same tables of keys and words as the parser, so that neither can drift from the other. It does not read
guards, doses or names in their context; `protocol check` does.
"""

from __future__ import annotations

import re
from typing import Any

from protocol.language.amendments import LEFT_OUT
from protocol.language.declarations import INPUT_KEYS, KINDS, REPEATS, SOURCE_KEYS, WORSE
from protocol.language.definitions import DERIVED_KEYS, QUESTION_KEYS, READING_KEYS, TRACKER_KEYS, TRACKER_KINDS
from protocol.language.derived_numbers import KEYS as NUMBER_KEYS
from protocol.language.dispensing import DISPENSING_KEYS, MOST_STRENGTHS, MOST_UNITS, ROUNDINGS
from protocol.language.expectations import EXPECTATION_KEYS, SENTENCE_KEYS
from protocol.language.from_yaml import BETWEEN_VISITS, KEYS, OTHERWISE, RESOLUTIONS, SAFE_SIDES, UNCOVERED
from protocol.language.ladder import ENDS, ENDS_KEYS
from protocol.language.meanings import MEANINGS
from protocol.language.monitoring import MONITORING_KEYS, ORIGINS
from protocol.language.names import LONGEST_NAME, NAME
from protocol.language.phrases import ACTION_FORMS, FORMS, OFF_LADDER, WHERE
from protocol.language.properties import EXPECTED, FAMILIES, FOUR_KINDS, PROPERTY_KEYS
from protocol.language.rules import RULE_KEYS
from protocol.language.scores import ELSEWHERE, SCORE_KEYS
from protocol.language.tables import NOTHING, TABLE_KEYS
from protocol.model.time import UNITS
from protocol.model.verification import BUILT_IN

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}  # YAML takes an unquoted 2003.1 for a number; we read it as a text
WORDS: Schema = {"type": "string", "minLength": 1}
CLAIMS: Schema = {"anyOf": [WORDS, {"type": "array", "items": WORDS, "minItems": 1}]}
FLAG: Schema = {"enum": ["yes", "no"]}
_FAILING: Schema = {"required": ["expect"], "properties": {"expect": {"enum": ["fails"]}}}
_ACTION = rf"(?:{'|'.join(f'(?:{form.pattern})' for form in ACTION_FORMS)})(?:\s*,\s*else\s+(?:{'|'.join(OFF_LADDER)}))?"


def schema() -> Schema:
    """The schema as plain values, ready for ``json.dumps``."""
    top: dict[str, Schema] = {
        "time": {"enum": list(RESOLUTIONS)},
        "safe side": {"enum": list(SAFE_SIDES)},
        "between visits": {"enum": list(BETWEEN_VISITS)},
        "act within": _duration(),
        "protocol": _name(),
        "amends": WORDS,
        "without": _without(),
        "sources": _entries({"anyOf": [WORDS, _object("source", SOURCE_KEYS, {}, ["cite"])]}),
        "doses": {"anyOf": [WORDS, _entries(WORDS)]},
        "ladder ends": _object("end of the ladder", ENDS_KEYS, {key: {"enum": list(ENDS)} for key in ENDS_KEYS}, []),
        "dispensing": _dispensing(),
        "inputs": _entries(_input()),
        "derived": _entries(
            {"anyOf": [WORDS, _object("derived input", DERIVED_KEYS, {"when": WORDS}, ["when"]), _derived_number(), _score()]}
        ),
        "trackers": _entries(_tracker()),
        "interpretations": _entries(_interpretation()),
        "otherwise": _otherwise(),
        "rules": _entries({"if": _has_any(("columns", "rows")), "then": _table(), "else": _rule()}),
        "monitoring": _entries(_monitoring()),
        "properties": _properties(),
    }
    whole = {**_object("protocol", KEYS, top, ["protocol", "version"]), **_whole_or_amending()}
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "A clinical dose-adjustment protocol", **whole}


def _object(what: str, keys: tuple[str, ...], known: dict[str, Schema], required: list[str]) -> Schema:
    """A mapping with these keys and no other; a key of which nothing more is known takes a text."""
    properties = {key: {"description": MEANINGS[what][key], **known.get(key, TEXT)} for key in keys}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _entries(entry: Schema) -> Schema:
    """A mapping from names to entries, at least one."""
    pattern = {_whole(NAME.pattern): entry}
    return {"type": "object", "patternProperties": pattern, "additionalProperties": False, "minProperties": 1}


def _without() -> Schema:
    """For each section of which entries can be left out their names."""
    names = {"anyOf": [_name(), {"type": "array", "items": _name(), "minItems": 1}]}
    states = {"anyOf": [{"enum": list(OTHERWISE)}, {"type": "array", "items": {"enum": list(OTHERWISE)}, "minItems": 1}]}
    sections = {section: states if section == "otherwise" else names for section in LEFT_OUT}
    return {"type": "object", "properties": sections, "additionalProperties": False, "minProperties": 1}


def _whole_or_amending() -> Schema:
    """A protocol has a ladder and rules, unless it takes them from the one that it amends."""
    return {"anyOf": [{"required": ["amends"]}, {"required": ["doses", "rules"], "not": {"required": ["without"]}}]}


def _exactly_one(keys: tuple[str, ...]) -> Schema:
    return {"oneOf": [{"required": [key]} for key in keys]}


def _dispensing() -> Schema:
    strengths = {"type": "array", "items": WORDS, "minItems": 1, "maxItems": MOST_STRENGTHS}
    known: dict[str, Schema] = {"strengths": strengths, "round": {"enum": list(ROUNDINGS)}, "size": _name()}
    known["at most"] = {"type": "string", "pattern": _whole(MOST_UNITS.pattern)}
    return _object("dispensing", DISPENSING_KEYS, known, ["strengths", "round"])


def _input() -> Schema:
    known = {
        "plausible": WORDS,
        "choice": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
        "yes or no": {"type": ["null", "string"], "maxLength": 0},
        "fixed": FLAG,
        "valid for": {"anyOf": [{"enum": ["ever"]}, _duration()]},
        "every": WORDS,
        "repeats": {"enum": list(REPEATS)},
        "worse": {"enum": list(WORSE)},
        "graded by": WORDS,
    }
    # What goes with a measured number goes with its unit, and a number says what is plausible.
    together = {"unit": ["plausible"], **{key: ["unit"] for key in ("plausible", "graded by", "worse")}}
    lasting = {"anyOf": [{"required": ["valid for"]}, {"required": ["fixed"], "properties": {"fixed": {"enum": ["yes"]}}}]}
    return {**_object("input", INPUT_KEYS, known, []), **_exactly_one(KINDS), **lasting, "dependencies": together}


def _derived_number() -> Schema:
    missing = {"anyOf": [{"enum": ["unknown"]}, _entries({"type": "number"})]}
    known = {"value": WORDS, "plausible": WORDS, "window": WORDS, "missing": missing}
    return _object("derived number", NUMBER_KEYS, known, ["value", "unit", "plausible", "missing"])


def _score() -> Schema:
    points: Schema = {"type": "integer"}
    said = {key: {"description": MEANINGS["item of a score"][key], **points} for key in ELSEWHERE}
    item = {"type": "object", "properties": said, "required": list(ELSEWHERE), "additionalProperties": points, "minProperties": 3}
    return _object("score", SCORE_KEYS, {"score": _entries(item)}, ["score"])


def _tracker() -> Schema:
    known = {**dict.fromkeys((*TRACKER_KINDS, "until"), WORDS), **dict.fromkeys(("measured only", "from baseline"), FLAG)}
    return {**_object("tracker", TRACKER_KEYS, known, []), **_exactly_one(tuple(TRACKER_KINDS))}


def _interpretation() -> Schema:
    reading = {"anyOf": [WORDS, _object("reading", READING_KEYS, {"guard": WORDS}, ["means"])]}
    known = {"chosen": _name(), "readings": _entries(reading)}
    return _object("interpretation", QUESTION_KEYS, known, list(QUESTION_KEYS))


def _otherwise() -> Schema:
    states = {control: {"enum": list(UNCOVERED)} for control in OTHERWISE}
    return {"type": "object", "properties": states, "additionalProperties": False, "minProperties": 1}


def _places() -> Schema:
    place = {"anyOf": [{"enum": list(OTHERWISE)}, {"type": "string", "pattern": _whole(WHERE.pattern)}]}
    return {"anyOf": [*place["anyOf"], {"type": "array", "items": place, "minItems": 1}]}


def _monitoring() -> Schema:
    known = {"of": _name(), "every": WORDS, "when": WORDS, "in": _places(), "from": {"enum": list(ORIGINS)}}
    return _object("monitoring entry", MONITORING_KEYS, known, ["of", "every", "when"])


def _rule() -> Schema:
    known = {
        "in": _places(),
        "when": WORDS,
        **dict.fromkeys(("must", "may"), _action()),
        **dict.fromkeys(("recommended", "again", "on hold"), FLAG),
        "under": _entries(_name()),
    }
    return {**_object("rule", RULE_KEYS, known, ["in", "when"]), **_exactly_one(("must", "may"))}


def _has_any(keys: tuple[str, ...]) -> Schema:
    return {"type": "object", "anyOf": [{"required": [key]} for key in keys]}


def _table() -> Schema:
    may = {"type": "string", "pattern": _whole(rf"may\s+{_ACTION}")}
    cell = {"anyOf": [*_action()["anyOf"], may, {"enum": [NOTHING]}]}
    known = {
        "in": _places(),
        "when": WORDS,
        "columns": {"type": "array", "items": WORDS, "minItems": 1},
        "rows": {"type": "object", "additionalProperties": {"type": "array", "items": cell, "minItems": 1}, "minProperties": 1},
        **dict.fromkeys(("recommended", "again", "on hold"), FLAG),
        "under": _entries(_name()),
    }
    place = {"type": "string", "pattern": _whole(WHERE.pattern)}
    places = {"properties": {"columns": {"type": "array", "contains": place}}}  # conditions say under 'in' where they apply
    return {**_object("table", TABLE_KEYS, known, ["columns", "rows"]), "anyOf": [{"required": ["in"]}, places]}


def _properties() -> Schema:
    """Properties of the file's own, and of those that are built in what is expected, where there is no sentence."""
    expected = _object("built-in property", EXPECTATION_KEYS, {"expect": {"enum": list(EXPECTED)}, "where": CLAIMS}, [])
    failing: Schema = {"required": ["expect", "note"], "properties": {"expect": {"enum": ["fails"]}}}
    either = {**expected, "anyOf": [failing, {"required": ["waiver"]}], "dependencies": {"waiver": {"not": _FAILING}}}
    own = {rf"^(?!(?:{'|'.join(BUILT_IN)})$)(?:{NAME.pattern})$": _property()}
    known = {name: {"if": _has_any(SENTENCE_KEYS), "then": _property(), "else": either} for name in BUILT_IN}
    return {**_entries({}), "properties": known, "patternProperties": own}


def _property() -> Schema:
    known = {
        **dict.fromkeys((*FAMILIES, "after", "until"), WORDS),
        "within": WORDS,
        "except": CLAIMS,
        "expect": {"enum": list(EXPECTED)},
        "family": {"enum": list(FOUR_KINDS)},
    }
    ends = {"after": _exactly_one(("within", "until")), "within": ["after"], "until": ["after"], "course": _FAILING}
    ends["waiver"] = {"not": _FAILING}
    spans: Schema = {"dependencies": ends}
    return {**_object("property", PROPERTY_KEYS, known, []), **_exactly_one(FAMILIES), **spans}


def _action() -> Schema:
    """The actions without a number or name, which an editor can offer, or any that has the form of one."""
    ready = [form for form in FORMS if not re.search(r"\b(LEVEL|N)\b", form)]
    return {"anyOf": [{"enum": ready}, {"type": "string", "pattern": _whole(_ACTION)}]}


def _name() -> Schema:
    return {"type": "string", "pattern": _whole(NAME.pattern), "maxLength": LONGEST_NAME}


def _duration() -> Schema:
    units = "|".join("".join(f"[{sign}{sign.upper()}]" for sign in unit) for unit in UNITS)
    return {"type": "string", "pattern": _whole(rf"\s*[0-9]{{1,9}}\s*(?:{units})[sS]?\s*")}


def _whole(pattern: str) -> str:
    """A pattern of ours as one that JSON Schema has, for the whole text: groups have no names there."""
    unnamed = re.sub(r"\(\?P<\w+>", "(?:", pattern)
    return rf"^\s*(?:{unnamed})\s*$" if r"\s" in unnamed else f"^(?:{unnamed})$"
