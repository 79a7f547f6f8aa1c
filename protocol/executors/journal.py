"""What is recorded of a patient: one entry for each thing that was done, who did it, when, and why. Nothing is overwritten."""

from __future__ import annotations

import collections.abc
from datetime import datetime
from typing import Literal

from attrs import field, frozen

from protocol.errors import unfit
from protocol.model.course import Visit
from protocol.model.decision import Revision, Step
from protocol.model.quick import quickly

EntryKind = Literal["visit", "correction", "override", "migration"]
Pairs = tuple[tuple[str, str], ...]


def _pairs(names: collections.abc.Mapping[str, str] | Pairs) -> Pairs:
    right = "a dictionary of texts, such as {'old name': 'new name'}"
    try:
        pairs = tuple(dict(names).items())
    except (TypeError, ValueError):
        raise unfit("a part of the mapping", names, right) from None
    for name in (name for pair in pairs for name in pair):
        if not isinstance(name, str):
            raise unfit("a name in the mapping", name, right)
    return tuple(sorted(pairs))


@frozen
class Mapping:
    """What each name of a protocol becomes in its amended version; every argument may be given as a dictionary.

    - ``levels``: old level, or the regimen of a dose off the ladder, to new level or ``off ladder``.
    - ``rules``: old hold or review rule to the new one; a hold may also become ``unordered``, which any resume rule ends.
    - ``inputs``: old input to new input, or ``drop``: its reading is forgotten and the input unknown.
    - ``trackers``: new tracker to the old one whose memory it takes over, or ``fresh``: it begins with nothing observed.
    """

    levels: Pairs = field(default=(), converter=_pairs)
    rules: Pairs = field(default=(), converter=_pairs)
    trackers: Pairs = field(default=(), converter=_pairs)
    inputs: Pairs = field(default=(), converter=_pairs)


@frozen
class Entry:
    """One thing that was recorded of a patient. The journal of a course is the tuple of its entries, oldest first.

    ``version`` is the course's version from this entry on; the first entry has 1. ``recorded_at`` is in UTC.
    ``fingerprint`` is of the protocol in force from this entry on. ``time`` is of the visit that the entry is about, in
    minutes since the first dose; for a migration that of the last visit, None before the first.

    ``visit`` is what was recorded: of a visit all of it, of a correction the time and the corrected readings only, of an
    override the time and what was given. ``step`` is that visit's decision, and the state after it, on what is known from
    this entry on; ``acted`` the moments before it at which the protocol acted by itself. Both stay as they were issued:
    ``revisions`` of a later entry say which decisions it would have changed.

    ``before`` and ``mapping`` are for a migration: the fingerprint of the earlier protocol, and what its names became.
    """

    version: int
    kind: EntryKind
    request_id: str
    by: str
    recorded_at: datetime
    why: str
    fingerprint: str
    time: int | None
    visit: Visit | None = None
    step: Step | None = None
    acted: tuple[Step, ...] = ()
    revisions: tuple[Revision, ...] = ()
    before: str = ""
    mapping: Mapping | None = None

    def made(self, version: int, step: Step | None, acted: tuple[Step, ...], revisions: tuple[Revision, ...]) -> Entry:
        """The entry with its version and what came of it."""
        return _Entry(
            version, self.kind, self.request_id, self.by, self.recorded_at, self.why, self.fingerprint, self.time, self.visit,
            step, acted, revisions, self.before, self.mapping,
        )  # fmt: skip

    def says_the_same(self, other: Entry) -> bool:
        """Whether both record the same content: when it was recorded, and what came of it, does not count."""
        return self._content() == other._content()

    def _content(self) -> tuple[object, ...]:
        target = self.fingerprint if self.kind == "migration" else ""
        return self.kind, self.by, self.why, self.visit, target, self.mapping


_Entry = quickly(Entry)


@frozen
class Difference:
    """What an audit found: a stored entry, the field in which it differs, what is stored, and what the semantics gives now."""

    version: int
    field: str
    stored: object
    now: object
