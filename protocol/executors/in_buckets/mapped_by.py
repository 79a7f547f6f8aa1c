"""By which mapping was a file of visits made, and is it still as it was made? ``protocol map`` says so beside the file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.run_folder import Source

FORMAT, ENDING = "protocol-manifest/1", ".manifest.json"
_HINT = "Make it again with 'protocol map', or delete the manifest if the visits were changed on purpose."


def mapped_by(files: Iterable[Path], sources: Iterable[Source]) -> str:
    """The fingerprint of the mapping, of several all of them; empty where no file says one.

    Raises InputError where a file is not the one of which its manifest tells.
    """
    found: set[str] = set()
    for file, source in zip(files, sources, strict=True):
        beside = file.with_suffix(ENDING)
        made = _read(beside)
        if not made:
            continue
        if made["output"].get("sha256") != source.content.sha256:
            raise refusal("R001", f"is not the file of which '{beside.name}' beside it tells", _HINT, str(file))
        found.add(str(made["mapping"].get("fingerprint", "")))
    return ", ".join(sorted(found))


def _read(beside: Path) -> dict[str, Any]:
    try:
        made = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    is_ours = isinstance(made, dict) and made.get("format") == FORMAT
    return made if is_ours and all(isinstance(made.get(part), dict) for part in ("output", "mapping")) else {}
