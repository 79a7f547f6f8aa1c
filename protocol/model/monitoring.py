"""How often an input is measured where that depends on where the patient is: entries, of which the first that holds counts."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from protocol.model.guard import Guard
from protocol.model.input import Schedule
from protocol.model.rule import Citation, Where

Origin = Literal["reading", "dose change"]


@frozen
class Monitoring:
    """One entry: in these states, when this holds, the ``input`` is measured on this schedule. Entries are ordered.

    Without ``where`` it holds in every control state in which treatment can go on; ``stopped`` has to be named. What is due
    counts from the last reading, or with the origin ``dose change`` from the last change of dose where that is later.
    """

    name: str
    input: str
    schedule: Schedule
    when: Guard
    where: tuple[Where, ...] = ()
    origin: Origin = "reading"
    source: Citation | None = None
    says: str = ""
    note: str = ""
    unverified: str = ""


@frozen
class Monitored:
    """How often an input is measured from a visit on: the entry that counts, its schedule, and when the next one is due.

    It is due from ``since`` and overdue after ``latest``, in minutes since the first dose; None where it was never measured
    and nothing has begun from which to count. An entry asks for nothing before it holds, and what was overdue by the one before
    it stays overdue since then. Where missing values leave open which entry holds, ``possible`` names all that could, in order
    (empty text: none of them), ``entry`` is the one that measures most often, and ``needs`` what it depends on. ``lapsed`` is
    when the last reading was made, where it no longer counts: it is too old, or was followed by ``not done`` or a refusal.
    """

    input: str
    entry: str
    schedule: Schedule
    since: int | None = None
    latest: int | None = None
    possible: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lapsed: int | None = None
