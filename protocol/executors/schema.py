"""The JSON Schemas (draft-07) of the stored documents, built from the same classes that are written and read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from protocol.executors.documents import CourseDocument, DecisionDocument, EntryDocument, HeadDocument
from protocol.executors.shape import shape

FOLDER = Path(__file__).parent / "schemas"
KINDS: dict[str, Any] = {
    "course-1": CourseDocument,
    "course-head-1": HeadDocument,
    "decision-1": DecisionDocument,
    "entry-1": EntryDocument,
}


def schema(name: str) -> dict[str, Any]:
    """The schema of that name, such as ``decision-1``; raises KeyError."""
    kind, definitions = KINDS[name], dict[str, dict[str, Any]]()
    shape(kind).describe(definitions)
    whole = definitions.pop(kind.__name__)
    return {"$schema": "http://json-schema.org/draft-07/schema#", **whole, "definitions": dict(sorted(definitions.items()))}


def schema_text(name: str) -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(name), indent=1) + "\n"
