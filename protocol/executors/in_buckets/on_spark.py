"""How is the same done for many things on a Spark cluster? Each is a job of its own, so that what is done is known at once.

Only paths and the work go there, and what comes back is a few lines; the files are where all machines see them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from protocol.executors.in_buckets.codes import refusal
from protocol.executors.in_buckets.workers import Refused, answered, unfolded

_QUIET = Path(__file__).with_name("spark-log4j2.properties")
_SOON = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java only hands out paths here, and so starts in half the time."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def on_spark(work: Callable[[Item], Answer], items: Sequence[Item], count: int) -> Iterator[tuple[Item, Answer | Refused]]:
    """What the work gives for each item, as it is done: on the cluster that Spark is set up for, else here in so many."""
    with _context(count) as spark:
        most = max(1, min(len(items), spark.defaultParallelism))
        with ThreadPoolExecutor(most) as threads:
            try:
                yield from _done(spark, threads, work, items, most)
            except BaseException:
                spark.cancelAllJobs()  # else the threads would wait for what is at hand
                raise


def _done(spark: Any, threads: ThreadPoolExecutor, work: Any, items: Sequence[Any], most: int) -> Iterator[tuple[Any, Any]]:
    waiting, busy = iter(items), dict[Future[Any], Any]()
    for _ in range(most):
        _hand(spark, threads, work, waiting, busy)
    while busy:
        for future in wait(busy, return_when=FIRST_COMPLETED).done:
            item, answer = busy.pop(future), unfolded(future.result())
            waiting = iter(()) if isinstance(answer, Refused) else waiting
            _hand(spark, threads, work, waiting, busy)
            yield item, answer


def _hand(spark: Any, threads: ThreadPoolExecutor, work: Any, waiting: Iterator[Any], busy: dict[Future[Any], Any]) -> None:
    for item in waiting:
        busy[threads.submit(_one, spark, partial(answered, work), item)] = item
        return


def _one(spark: Any, work: Callable[[Any], Any], item: Any) -> Any:
    try:
        return spark.parallelize([item], 1).map(work).collect()[0]
    except Exception as error:  # the work itself raises nothing
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = next((line for line in lines if "Caused by" in line or "Job aborted" in line), lines[0])
        hint = "Spark's own log says more. What was done is kept: run the same command again to go on."
        raise refusal("R008", f"a task of Spark was ended: {said[:300]}", hint) from None


@contextmanager
def _context(count: int) -> Iterator[Any]:
    """Spark as it is set up where this runs; where it is not, in this machine."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException

    # Else Spark takes whatever `python3` is, in which this package need not be installed.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    settings = SparkConf().setIfMissing("spark.app.name", "protocol replay-table")
    settings.setIfMissing("spark.ui.showConsoleProgress", "false")
    if not settings.contains("spark.master"):
        settings.setMaster(f"local[{count}]").setIfMissing("spark.ui.enabled", "false")
        settings.setIfMissing("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={_QUIET.as_uri()} {_SOON}")
    try:
        spark = SparkContext.getOrCreate(settings)
    except PySparkException as error:
        said = str(error).split("\n")[0]
        raise refusal("R009", f"Spark does not start: {said}", "Install Java 17 or later, or take --engine local.") from None
    try:
        yield spark
    finally:
        spark.stop()
