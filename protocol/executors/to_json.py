"""From a decision to JSON, as it is stored: one line of ASCII, and equal values give equal text."""

from __future__ import annotations

import json
from typing import Any

from protocol.executors.documents import DecisionDocument, named, package
from protocol.executors.shape import shape
from protocol.model.decision import Decision
from protocol.model.protocol import Protocol


def decision_json(decision: Decision, protocol: Protocol) -> str:
    """The decision as a document of the format ``protocol-decision/1``, with the protocol that gave it."""
    return written(DecisionDocument("protocol-decision/1", package(), named(protocol), decision))


def written(document: Any) -> str:
    """A document as text. ASCII, so that no column of a database and no wire can change it."""
    return json.dumps(shape(type(document)).write(document), separators=(",", ":"), allow_nan=False)
