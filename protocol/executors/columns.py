"""Many courses at once: from a table of visits to a table of decisions. `protocol explain tables` lists the columns."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

from protocol.errors import ExtraMissing, unfit
from protocol.executors.record import check_protocol
from protocol.model.protocol import Protocol

if TYPE_CHECKING:
    import pyarrow

Follow = Literal["given", "recommended"]


def replay_table(protocol: Protocol, table: pyarrow.Table, *, follow: Follow = "given") -> pyarrow.Table:
    """The decisions at all visits of a table. Raises InputError with all that is wrong with it, ExtraMissing without ``bulk``.

    ``follow``: the state of a patient follows what was ``given``; or what was ``recommended``, whatever was given.
    """
    check_protocol(protocol)
    if follow not in ("given", "recommended"):
        raise unfit("'follow'", follow, "'given' or 'recommended'")
    check_extra()
    # Loaded here, because the library of tables is an extra.
    from protocol.executors.by_columns import decisions
    from protocol.executors.visits_table import checked

    return decisions(protocol, checked(protocol, table), follow)


def check_extra() -> None:
    """Raises ExtraMissing where the libraries of the extra ``bulk`` are not installed."""
    for library in ("pyarrow", "numpy"):
        if find_spec(library) is None:
            raise ExtraMissing("a table of many courses", library, "bulk")
