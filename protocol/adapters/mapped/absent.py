"""What is said where a library of an extra is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from protocol.errors import ExtraMissing


@contextmanager
def needs(library: str, extra: str, what: str) -> Iterator[None]:
    """Turns the failure to import a library into one message that says which extra it comes with."""
    try:
        yield
    except ImportError:
        raise ExtraMissing(what, library, extra) from None
