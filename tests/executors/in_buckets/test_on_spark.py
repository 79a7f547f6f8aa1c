"""Spark, as it runs on one machine, comes to the same bytes as processes of this one, and to the same message."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from protocol.errors import InputError
from protocol.executors.in_buckets.on_spark import on_spark
from protocol.executors.in_buckets.replay_files import Means, replay_files
from tests.executors.in_buckets.visit_files import SMALL, content, visits, written

pytest.importorskip("pyarrow", reason="files of visits need the extra 'bulk'")
pytest.importorskip("duckdb", reason="files of visits need the extra 'bulk'")
pytest.importorskip("pyspark", reason="Spark needs the extra 'spark'")


@pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")
def test_spark_writes_the_same_bytes_and_refuses_the_same(tmp_path: Path) -> None:
    spark, file = Means(2, "spark"), written(tmp_path / "visits.parquet", visits())
    replay_files(SMALL, [file], tmp_path / "local", buckets=3)
    replay_files(SMALL, [file], tmp_path / "spark", buckets=3, means=spark)
    assert content(tmp_path / "spark") == content(tmp_path / "local")

    import pyarrow

    rows = visits().to_pylist()
    bad = written(tmp_path / "bad.parquet", pyarrow.Table.from_pylist([rows[0] | {"given": "a bit"}, *rows[1:]]))
    said = []
    for means in (Means(), spark):
        with pytest.raises(InputError, match="error T010") as error:
            replay_files(SMALL, [bad], tmp_path / f"bad {means.engine}", buckets=3, means=means)
        said.append(str(error.value))
    assert said[0] == said[1]
    with pytest.raises(InputError, match="error R008: a task of Spark was ended: "):
        list(on_spark(signal.raise_signal, [signal.SIGKILL], 2))


def test_without_java_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyspark

    def fails(settings: object) -> None:
        from pyspark.errors import PySparkRuntimeError

        raise PySparkRuntimeError(errorClass="JAVA_GATEWAY_EXITED", messageParameters={})

    monkeypatch.setattr(pyspark.SparkContext, "getOrCreate", fails)
    with pytest.raises(InputError, match=r"error R009: Spark does not start: .*JAVA_GATEWAY_EXITED"):
        list(on_spark(str, [1, 2], 2))
