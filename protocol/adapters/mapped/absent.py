"""What is said where a library of an extra is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from protocol.errors import ProtocolError


class ExtraMissing(ProtocolError):
    """A file needs a library that is not installed; the message says what to install."""


@contextmanager
def needs(library: str, extra: str, what: str) -> Iterator[None]:
    """Turns the failure to import a library into one message that says which extra it comes with."""
    try:
        yield
    except ImportError:
        raise ExtraMissing(
            f"{what} need the extra '{extra}' ({library}), which is not installed.\n"
            f"  = Install it with: pip install 'dose-protocol[{extra}]'"
        ) from None
