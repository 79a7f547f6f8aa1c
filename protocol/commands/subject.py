"""Which protocol, and which courses, does a command speak of?"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protocol.errors import ProtocolError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from protocol.adapters.sheet import Example
    from protocol.model.decision import Trace
    from protocol.model.protocol import Protocol
    from protocol.semantics.replay import Follow


def complete_spec(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a shell offers for a SPEC: the shipped names, and paths."""
    from click.shell_completion import CompletionItem

    from protocol.language.shipped import shipped_names

    names = [CompletionItem(name) for name in shipped_names() if name.startswith(incomplete)]
    # The first item asks the shell for paths, and must be first: in bash it clears what came before it.
    return [CompletionItem(incomplete, type="file"), *names]


def complete_course(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a shell offers for SPEC:HEADING: the shipped names, then the headings of the courses beside the protocol."""
    from click.shell_completion import CompletionItem

    from protocol.adapters.from_file import from_file
    from protocol.adapters.selection import slug

    spec, colon, _ = incomplete.partition(":")
    if not colon:
        return [
            item if item.type == "file" else CompletionItem(f"{item.value}:") for item in complete_spec(context, parameter, spec)
        ]
    with contextlib.suppress(ProtocolError, click.ClickException):
        sheets = [from_file(file, load(spec)) for file in courses_beside(spec)]
        names = (f"{spec}:{slug(example.course.name)}" for sheet in sheets for example in sheet.examples)
        return [CompletionItem(name) for name in dict.fromkeys(names) if name.startswith(incomplete)]
    return []


def complete_property(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """What a shell offers for a property: those of the protocols that were typed, and those that are built in."""
    from click.shell_completion import CompletionItem

    from protocol.model.verification import BUILT_IN

    names = dict.fromkeys(BUILT_IN)
    for spec in (*(context.params.get("specs") or ()), *(word for word in context.args if not word.startswith("-"))):
        with contextlib.suppress(ProtocolError, click.ClickException):
            names |= dict.fromkeys(item.name for item in load(spec).properties)
    return [CompletionItem(name) for name in sorted(names) if name.startswith(incomplete)]


def load(spec: str) -> Protocol:
    """The protocol of a SPEC: a file, its folder, or the name of a shipped protocol."""
    from protocol.language import shipped

    return shipped.load(spec)


def amended(spec: str) -> tuple[str, ...]:
    """What the file of a SPEC amends, and what that amends in its turn, as each of them writes it."""
    from protocol.language import amendments, shipped

    file = shipped.find(spec)
    return amendments.amended(shipped.read_text(file), str(file))


def identity(protocol: Protocol) -> dict[str, str]:
    """What says which protocol it is, for JSON."""
    from protocol.model.protocol import fingerprint

    return {"protocol": protocol.name, "version": protocol.version, "fingerprint": fingerprint(protocol)}


def courses_beside(spec: str) -> list[Path]:
    """The files of courses of a SPEC, the one without a further word in its name first."""
    from protocol.language.shipped import FILE_NAME, courses_of, find

    file = find(spec)
    files = courses_of(file)
    if not files:
        name = "courses.md" if file.name == FILE_NAME else f"{file.stem}.courses.md"
        raise click.UsageError(f"'{spec}' has no courses: write {file.with_name(name)}")
    return files


def traces_of(protocol: Protocol, examples: Sequence[Example], follow: Follow = "given") -> tuple[Trace, ...]:
    """What the protocol decides in each of the courses; where that takes long, a terminal shows how far it is."""
    from protocol.commands.progress import watched
    from protocol.semantics.replay import replay

    return tuple(replay(protocol, (example.course for example in watched(examples, "courses")), follow=follow))
