"""Can these files of visits be used together, before anything is read but what stands at their end?"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet
from attrs import evolve

from protocol.errors import InputError, Problem
from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.run_folder import Source
from protocol.executors.in_buckets.whole_files import Written
from protocol.executors.visits_table import checked
from protocol.model.protocol import Protocol

_GIVE = "Give a Parquet file, as 'protocol explain tables' describes it, or a folder of such files."
_CHUNK = 1 << 20


def found(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The files: each path, or of a folder the Parquet files in it, in the order of their names."""
    files: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.glob("*.parquet") if one.name[0] not in "._") if path.is_dir() else [path]
        if not inside:
            raise refusal("R001", "the folder holds no file with the ending .parquet", _GIVE, str(path))
        files += inside
    return tuple(files)


def check_files(protocol: Protocol, files: Sequence[Path]) -> None:
    """Raises InputError with what is wrong: no Parquet file, a file twice, other columns than the first, or wrong columns."""
    if not files:
        raise refusal("R001", "there is no file of visits", _GIVE)
    seen: dict[Path, Path] = {}
    schemas = {file: _footer(file).schema.to_arrow_schema() for file in files}
    for file in files:
        if file.resolve() in seen:
            raise refusal("R002", "the file is given twice", "Give each file once.", str(file))
        seen[file.resolve()] = file
        _check_alike(files[0], schemas[files[0]], file, schemas[file])
    try:
        checked(protocol, schemas[files[0]].empty_table())
    except InputError as error:
        raise InputError(tuple(_at(problem, files[0]) for problem in error.problems)) from None


def sources_of(files: Sequence[Path], tell: Callable[[str, int, int], None]) -> tuple[Source, ...]:
    """Each file by its name, without the folder that all of them share, its rows and its content, read from end to end."""
    base = Path(os.path.commonpath([file.absolute().parent for file in files]))
    found: list[Source] = []
    size = sum(_stat(file).st_size for file in files)
    for file in files:
        before = sum(source.content.bytes for source in found)
        content = _read(file, partial(_tell, tell, before, size))
        found.append(Source(file.absolute().relative_to(base).as_posix(), _footer(file).num_rows, content))
    return tuple(found)


def _tell(tell: Callable[[str, int, int], None], before: int, size: int, done: int) -> None:
    tell("reading", before + done, size)


def _read(file: Path, tell: Callable[[int], None]) -> Written:
    content, done = hashlib.sha256(), 0
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                content.update(chunk)
                done += len(chunk)
                tell(done)
    except OSError as error:
        raise refusal("R001", f"cannot be read: {error.strerror or error}", _GIVE, str(file)) from None
    return Written(done, content.hexdigest())


def changes_of(files: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """How large each file is, and when it was last changed."""
    return tuple((found.st_size, found.st_mtime_ns) for found in map(_stat, files))


def _stat(file: Path) -> os.stat_result:
    try:
        return file.stat()
    except OSError as error:
        raise refusal("R001", f"cannot be read: {error.strerror or error}", _GIVE, str(file)) from None


def _footer(file: Path) -> parquet.FileMetaData:
    try:
        return parquet.read_metadata(file)
    except (pyarrow.ArrowException, OSError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error).split("\n")[0]
        raise refusal("R001", f"cannot be read: {said}", _GIVE, str(file)) from None


def _check_alike(first: Path, columns: pyarrow.Schema, file: Path, others: pyarrow.Schema) -> None:
    """Raises InputError where a file has other columns than the first one."""
    wanted, found = _types(columns), _types(others)
    for name in sorted(wanted.keys() | found.keys()):
        if wanted.get(name) != found.get(name):
            mine, first_has = (f"has the type {had[name]}" if name in had else "is absent" for had in (found, wanted))
            message = f"column '{name}' {mine}, and in '{first}' it {first_has}"
            raise refusal("R002", message, "All files of one replay have the same columns.", str(file))


def _types(schema: pyarrow.Schema) -> dict[str, str]:
    """Each column with its type; how a text is kept makes no difference."""
    kinds = {field.name: field.type for field in schema}
    texts = {name: kind.value_type if pyarrow.types.is_dictionary(kind) else kind for name, kind in kinds.items()}
    return {name: str(kind).removeprefix("large_").removesuffix("_view") for name, kind in texts.items()}


def _at(problem: Problem, file: Path) -> Problem:
    return problem if problem.file else evolve(problem, file=str(file))
