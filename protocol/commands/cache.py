"""What was computed once and is kept on this machine: the same question to the same program is not asked again.

Kept under a fingerprint of the protocol, of what was asked and of every file of this package, so that nothing that is found
can be out of date, and with a checksum, so that a damaged file is no answer. What cannot be read is computed anew, and where
nothing can be written nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import evolve

from protocol.executors.program import source
from protocol.executors.scalars import Mismatch
from protocol.executors.shape import shape
from protocol.model.protocol import Protocol, fingerprint
from protocol.model.verification import Report

FORMAT = "protocol-report/2"
_MOST_BYTES = 50_000_000


def folder() -> Path:
    """Where it is kept: PROTOCOL_CACHE, else a folder of XDG_CACHE_HOME or ~/.cache."""
    named = os.environ.get("PROTOCOL_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base and os.path.isabs(base) else Path.home() / ".cache") / "dose-protocol"


def key_of(protocol: Protocol, asked: Mapping[str, Any]) -> str:
    """The name under which the answer is kept."""
    said = (FORMAT, fingerprint(protocol), source(), *(f"{name}={asked[name]!r}" for name in sorted(asked)))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def kept(key: str) -> Report | None:
    """The report that is kept under a key, marked as found; None where there is none that can be read."""
    try:
        file = _file(key)
        if file.stat().st_size > _MOST_BYTES:
            return None
        document = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(document, dict) or (document.get("format"), document.get("key")) != (FORMAT, key):
            return None
        if document.get("sha256") != _checksum(key, document.get("report")):
            return None
        found: Report = shape(Report).read(document.get("report"))
    except (OSError, ValueError, RecursionError, RuntimeError, Mismatch):
        return None
    return evolve(found, cached=True)


def keep(key: str, report: Report) -> None:
    """Keeps a report in which everything was seen; one that ended early could say more the next time."""
    if not all(seen.complete for seen in report.seen) or any(one.outcome == "unfinished" for one in report.verdicts):
        return
    written = shape(Report).write(report)
    text = json.dumps({"format": FORMAT, "key": key, "sha256": _checksum(key, written), "report": written})
    with contextlib.suppress(OSError, RuntimeError):  # no room, no right to write, or nobody's home
        file = _file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(f"{file.name}.{os.getpid()}.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)


def _checksum(key: str, report: Any) -> str:
    return hashlib.sha256(json.dumps([key, report], sort_keys=True).encode()).hexdigest()


def _file(key: str) -> Path:
    return folder() / "verify" / f"{key}.json"
