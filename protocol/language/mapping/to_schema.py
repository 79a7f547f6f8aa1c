"""The JSON Schema (draft-07) of a mapping's file, for editors: completion, descriptions, and most mistakes while typing.

It is made from the same keys as the parser. Columns it cannot know: ``protocol map --check`` looks them up in the tables.
"""

from __future__ import annotations

from typing import Any

from protocol.language.mapping.doses import DOSE_KEYS, END_KEYS, ENDS_AT, WINDOW_KEYS
from protocol.language.mapping.from_yaml import KEYS, ONE_VISIT, PATIENT_KEYS, TABLE_KEYS
from protocol.language.mapping.meanings import MEANINGS
from protocol.language.mapping.readings import AT, MISSING, READING_KEYS, REPEATS

Schema = dict[str, Any]

TEXT: Schema = {"type": ["string", "number", "boolean"]}  # every value is read as its text
_TEXTS: Schema = {"anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}
_CONDITIONS: Schema = {"type": "object", "additionalProperties": _TEXTS, "minProperties": 1}
_WORDS: Schema = {"type": "object", "additionalProperties": TEXT, "minProperties": 1}


def schema() -> Schema:
    """The schema as plain values, ready for ``json.dumps``."""
    known = {
        "one visit": {"enum": list(ONE_VISIT)},
        "patients": _object("patients", PATIENT_KEYS, _rows(), ["table"]),
        "tables": _entries(_object("table", TABLE_KEYS, _rows(), ["file", "patient"])),
        "units": _WORDS,
        "readings": _entries(_one_or_more(_reading())),
        "doses": _one_or_more(_dose()),
        "ends": _one_or_more(_object("end", END_KEYS, {**_rows(), "at": {"enum": list(ENDS_AT)}}, ["table"])),
        "windows": _one_or_more(_object("window", WINDOW_KEYS, {"days": _WORDS}, ["table", "visit"])),
    }
    whole = _object("mapping", KEYS, known, ["mapping", "version", "protocol", "tables", "readings"])
    title = "How the tables of a study become courses of a protocol"
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": title, **whole}


def _object(what: str, keys: tuple[str, ...], known: dict[str, Schema], required: list[str]) -> Schema:
    properties = {key: {"description": MEANINGS[what][key], **known.get(key, TEXT)} for key in keys}
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _entries(entry: Schema) -> Schema:
    return {"type": "object", "additionalProperties": entry, "minProperties": 1}


def _one_or_more(entry: Schema) -> Schema:
    return {"anyOf": [entry, {"type": "array", "items": entry, "minItems": 1}]}


def _rows() -> dict[str, Schema]:
    return {"only": _CONDITIONS, "without": _CONDITIONS}


def _reading() -> Schema:
    words = {"at": AT, "missing until": MISSING, "repeats": REPEATS}
    known = {**_rows(), **{key: {"enum": list(values)} for key, values in words.items()}, "values": _WORDS}
    known |= {"not done": _CONDITIONS, "baseline": _CONDITIONS, "days": _WORDS}
    return {**_object("reading", READING_KEYS, known, []), "oneOf": [{"required": [key]} for key in ("value", "is", "days")]}


def _dose() -> Schema:
    known = {**_rows(), "missing until": {"enum": list(MISSING)}, "values": _WORDS, "frequencies": _WORDS, "placebo": _CONDITIONS}
    said = {"oneOf": [{"required": ["given"]}, {"required": ["amount"]}]}
    return {**_object("dose", DOSE_KEYS, known, ["table"]), **said}
