"""The JSON Schemas (draft-07) of the stored documents and of a replay, built from the same classes that are written and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from protocol.executors.documents import CourseDocument, DecisionDocument, EntryDocument, HeadDocument, StepDocument
from protocol.executors.scalars import Definitions, Json
from protocol.executors.shape import shape
from protocol.model.decision import Trace
from protocol.model.state import Memory

FOLDER = Path(__file__).parent / "schemas"
DRAFT = {"$schema": "http://json-schema.org/draft-07/schema#"}
KINDS: dict[str, Any] = {
    "course-1": CourseDocument,
    "course-head-1": HeadDocument,
    "decision-1": DecisionDocument,
    "entry-1": EntryDocument,
    "step-1": StepDocument,
}
NAMES = (*KINDS, "trace-1")


def schema(name: str) -> Json:
    """The schema of that name, such as ``decision-1`` or ``trace-1``; raises KeyError."""
    if name == "trace-1":
        return _of_traces()
    kind, definitions = KINDS[name], Definitions()
    shape(kind).describe(definitions)
    whole = definitions.pop(kind.__name__)
    return {**DRAFT, **whole, "definitions": dict(sorted(definitions.items()))}


def schema_text(name: str) -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(name), indent=1) + "\n"


def _of_traces() -> Json:
    """What ``protocol replay --format json`` prints: a list of traces, made to be read and not to be loaded.

    So a reported number is plain text there, and what the trackers hold is left out.
    """
    definitions = Definitions()
    shape(Trace).describe(definitions)
    for kind in get_args(Memory):
        del definitions[kind.__name__]
    del definitions["State"]["properties"]["memory"]
    definitions["State"]["required"].remove("memory")
    for name in ("value", "lower", "upper"):
        definitions["Observation"]["properties"][name] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    trace = definitions.pop("Trace")
    trace["properties"] = {"format": {"enum": ["protocol-trace/1"]}, **trace["properties"]}
    trace["required"] = ["format", *trace["required"]]
    return {**DRAFT, "type": "array", "items": trace, "definitions": dict(sorted(definitions.items()))}
