"""May a file be written there? Never over what the command reads, and never in the place of a folder or a device."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import click


def check_output(file: Path, option: str, read: Iterable[Path]) -> None:
    """A mistake of the caller, unless the file is new, or a regular one of which none that is read is the same."""
    if not file.name:
        raise click.UsageError(f"{option} '{file}' names no file: give the one that is to be written")
    if file.exists() and not file.is_file():
        what = "a folder" if file.is_dir() else "no regular file"
        raise click.UsageError(f"{option} '{file}' is {what}: give a file that is to be written")
    for one in read:
        if file.exists() and one.exists() and file.samefile(one):
            raise click.UsageError(f"{option} '{file}' is a file that is read here, and would be lost: give another one")


def check_folder(file: Path, option: str) -> None:
    """A mistake of the caller, unless there is a folder for the file in which it may be written."""
    if not file.parent.is_dir():
        raise click.UsageError(f"{option} '{file}': there is no folder {file.parent}; make it, or give another one")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise click.UsageError(f"{option} '{file}' may not be written: you have no permission there")


def check_several(files: Iterable[Path], option: str, read: Iterable[Path]) -> None:
    """A mistake of the caller, unless each of the files may be written, and each is another one."""
    read, seen = list(read), set[Path]()
    for file in files:
        check_output(file, option, read)
        check_folder(file, option)
        if file.resolve() in seen:
            raise click.UsageError(f"{option} '{file}' is given twice, and the second would be written over the first")
        seen.add(file.resolve())


def check_reports(reports: Iterable[tuple[str, Path]], read: Iterable[Path]) -> None:
    """The same of each ``--report FORM FILE``; '-' is no standard output, and a file of that name nobody would look for."""
    reports = list(reports)
    for form, file in reports:
        if str(file) == "-":
            raise click.UsageError(f"--report {form} '-' names no file: to have it printed, ask for '--format {form}'")
    check_several([file for _, file in reports], "--report", read)


def check_new_folder(folder: Path, option: str) -> None:
    """A mistake of the caller, unless files may be written into the folder, or it may be made."""
    there = next((one for one in (folder, *folder.parents) if one.exists()), Path())
    if not (there.is_dir() and os.access(there, os.W_OK)):
        raise click.UsageError(f"{option} '{folder}' may not be written: {there} is no folder in which you have permission to")


def read_of_spec(spec: str) -> list[Path]:
    """The files that belong to a SPEC: its own, those that it amends, and its courses."""
    from protocol.language.shipped import courses_of, find
    from protocol.language.written import files_of

    file = find(spec)
    return [*files_of(file), *courses_of(file)]


def read_of(spec: str, courses: Path, folder: Path | None) -> list[Path]:
    """The files that a command reads of a SPEC and its courses: the tables too, where those come through a mapping."""
    from protocol.commands.data import folder_of
    from protocol.language.mapping.from_yaml import load_mapping
    from protocol.language.shipped import MAPPING

    read = [*read_of_spec(spec), courses]
    if courses.name.endswith(MAPPING):
        mapping = load_mapping(courses)
        read += [Path(mapping.file), *(folder_of(mapping, folder) / table.file for table in mapping.tables)]
    return read
