"""A mutant: a protocol in which one thing is changed, and in words what."""

from __future__ import annotations

import hashlib

from attrs import frozen

from protocol.model.protocol import Protocol
from protocol.verification.mutation.changed_guards import Kind


@frozen
class Mutant:
    """A protocol in which one thing is changed.

    ``place`` is the entry that is changed, a rule by its name; ``says`` is what it says now and what it said before;
    ``sentence`` is what of the protocol nobody checks if nothing tells the two apart. ``name`` stays the same while neither the
    place nor the change does, whatever else of the protocol is edited.
    """

    name: str
    kind: Kind
    place: str
    says: str
    sentence: str
    protocol: Protocol


def mutant(kind: Kind, place: str, says: str, sentence: str, protocol: Protocol) -> Mutant:
    """The mutant with its name: place, kind, and four hexadecimal digits of what it says."""
    digits = hashlib.sha256(says.encode()).hexdigest()[:4]
    return Mutant(f"{place}/{kind.replace(' ', '-')}/{digits}", kind, place, f"{place}: {says}", sentence, protocol)
