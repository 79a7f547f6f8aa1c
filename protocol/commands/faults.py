"""What went wrong in this program itself, said so that somebody can mend it: the kind of the error and where it arose."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import click

from protocol.adapters.fault import Fault

_HOUSE = Path(__file__).resolve().parent.parent
_MOST = 200
_SHOWN = "PROTOCOL_TRACEBACK"


def fault_of(spec: str, error: Exception) -> Fault:
    """The fault that is told instead of what is so of a SPEC."""
    from protocol.adapters.paths import shown_path
    from protocol.errors import visible
    from protocol.language.shipped import find

    raise_if_wanted(error)
    message = visible("".join(str(error).splitlines()[:1])[:_MOST])
    return Fault(spec, shown_path(str(find(spec))), type(error).__name__, message, _where(error))


def raise_if_wanted(error: Exception) -> None:
    """Raises the error where somebody wants to see its traceback."""
    if os.environ.get(_SHOWN) == "1":
        raise error


def _where(error: Exception) -> str:
    """The last line of this program that was running: ``protocol/verification/verify.py:70``; empty where there is none."""
    own = [one for one in traceback.extract_tb(error.__traceback__) if Path(one.filename).is_relative_to(_HOUSE)]
    return f"{Path(own[-1].filename).relative_to(_HOUSE.parent).as_posix()}:{own[-1].lineno}" if own else ""


def tell_fault(what: str) -> None:
    """Says on stderr what to do about it."""
    click.echo(
        f"This is a fault of the program ({what}): please report it with the command, the files, "
        f"and what it prints with {_SHOWN}=1.",
        err=True,
    )
