"""Are the loops over columns compiled, and kept from an earlier time?"""

from __future__ import annotations

from pathlib import Path


def are_kept() -> bool:
    """Whether the longest of them is kept beside its file, or wherever the library of loops keeps what it compiles."""
    # Loaded here, because the library of loops is an extra.
    from protocol.executors.columnar.following_code import follow

    folder = follow.stats.cache_path  # type: ignore[attr-defined]
    return bool(folder) and any(Path(folder).glob("following_code.follow-*.nbi"))
