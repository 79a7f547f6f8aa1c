"""Which courses does a command read: those of a file, or those that a mapping makes of the tables of a study?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from protocol.commands.progress import telling
from protocol.errors import PROTOCOL, NotationError, ProtocolError, check_kind

if TYPE_CHECKING:
    from protocol.adapters.mapped.courses import Mapped
    from protocol.adapters.sheet import Sheet
    from protocol.model.course import Course
    from protocol.model.mapping import DataMapping
    from protocol.model.protocol import Protocol

Command = TypeVar("Command", bound=Callable[..., int])


def data_folder(command: Command) -> Command:
    """The option ``--data``."""
    said = "The folder that holds the tables of a mapping."
    return click.option("--data", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help=said)(command)


def courses(file: str | Path, protocol: Protocol, folder: str | Path | None = None) -> tuple[Course, ...]:
    """The courses of a Markdown or CSV file, or those that a mapping (``.mapping.yaml``) makes of the tables in a folder.

    What is refused or left out of tables is counted by ``protocol map --check``. Raises ProtocolError, with every problem.
    """
    from protocol.model.protocol import Protocol

    check_kind("the protocol", protocol, Protocol, PROTOCOL)
    check_kind("the file of courses", file, (str, Path), "its path")
    check_kind("the folder of tables", folder, (str, Path, type(None)), "its path, or None")
    return tuple(one.course for one in sheet_of(Path(file), protocol, None if folder is None else Path(folder)).examples)


def sheet_of(courses: Path, protocol: Protocol, folder: Path | None = None) -> Sheet:
    """The courses of a Markdown or CSV file, or of tables as a mapping (``.mapping.yaml``) says."""
    from protocol.adapters.from_file import from_file
    from protocol.adapters.mapped.said import sheet
    from protocol.language.shipped import MAPPING

    if courses.name.endswith(MAPPING):
        return sheet(mapped(courses, folder, protocol)[1])
    if folder is not None:
        what = "a folder" if courses.is_dir() else "a file of courses"
        hint = f"A folder of tables (--data) goes with a mapping, a file that ends in {MAPPING}."
        raise NotationError(f"'{courses}' is {what} and no mapping", hint)
    return from_file(courses, protocol)


def mapped(file: Path, folder: Path | None, protocol: Protocol | None = None) -> tuple[Protocol, Mapped]:
    """What a mapping makes of the tables of a folder, for a protocol, else for the one that it names."""
    from protocol.adapters.mapped.courses import read_mapped
    from protocol.language.mapping.from_yaml import load_mapping
    from protocol.language.shipped import MAPPING, shipped_mappings

    if not file.name.endswith(MAPPING):
        shipped = ", ".join(shipped_mappings())
        raise NotationError(f"'{file}' is no mapping", f"The name of its file ends in {MAPPING}.  Shipped mappings: {shipped}")
    mapping = load_mapping(file)
    meant = protocol or protocol_of(mapping)
    if protocol is not None:
        _check_own(mapping, protocol)
    with _told(f"{file.name}: tables are read"):
        return meant, read_mapped(mapping, folder_of(mapping, folder), meant)


@contextmanager
def _told(text: str) -> Iterator[None]:
    """Somebody who waits at a terminal for a command is told; a program that imports this is not."""
    if click.get_current_context(silent=True) is None:
        yield
        return
    with telling() as progress:
        progress(text)
        yield


def _check_own(mapping: DataMapping, protocol: Protocol) -> None:
    """Raises InputError where the mapping fits the protocol that it names, and not this one."""
    from protocol.adapters.mapped.checked import names_of_another, refuse_for_another

    if not names_of_another(mapping, protocol):
        return
    try:
        own = protocol_of(mapping)
    except ProtocolError:
        return  # then each input that is not of this one is told
    refuse_for_another(mapping, protocol, own)


def protocol_of(mapping: DataMapping) -> Protocol:
    """The protocol that a mapping names: a shipped one, or a path from the mapping's file."""
    from protocol.language.shipped import load, shipped_file

    if shipped_file(mapping.protocol):
        return load(mapping.protocol)
    return load(Path(mapping.file).parent / mapping.protocol)


def folder_of(mapping: DataMapping, folder: Path | None) -> Path:
    """The folder of the tables: the one that is asked for, else that which the mapping names, from its own file."""
    found = folder if folder is not None else Path(mapping.file).parent / mapping.data
    if not found.is_dir():
        raise NotationError(f"there is no folder {found}", "Name the one that holds the tables: --data FOLDER.")
    return found
