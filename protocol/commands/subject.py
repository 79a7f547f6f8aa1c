"""Which protocol, and which courses, does a command speak of?"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from protocol.adapters.sheet import Example
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol


def load(spec: str) -> Protocol:
    """The protocol of a SPEC: a file, its folder, or the name of a shipped protocol."""
    from protocol.language import shipped

    return shipped.load(spec)


def courses_beside(spec: str) -> list[Path]:
    """The files of courses in the folder of a SPEC, `courses.md` first."""
    from protocol.language.shipped import find

    folder = find(spec).parent
    files = sorted(folder.glob("courses*.md"), key=lambda file: (file.name != "courses.md", file.name))
    if not files:
        raise click.UsageError(f"'{spec}' has no courses: write {folder / 'courses.md'}")
    return files


def traces_of(protocol: Protocol, examples: Iterable[Example]) -> tuple[Trace, ...]:
    """What the protocol decides in each of the courses."""
    from protocol.semantics.trace import trace

    return tuple(trace(protocol, example.course) for example in examples)
