"""Where a guard uses what is defined elsewhere, so that circles can be found, and trackers that ask more than readings."""

from __future__ import annotations

from attrs import frozen

from protocol.language.report import Span


@frozen
class Use:
    """Where a guard uses a derived input, an interpretation or a tracker; or ``what`` has no name, such as a clock."""

    name: str
    at: Span
    what: str = "a clock"
