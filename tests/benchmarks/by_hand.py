"""The rules of imatinib-hes as hand-written C, on the columns of a simulated table: what columns are measured against."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pyarrow as pa

from protocol.executors.decisions_table import first_texts
from protocol.model.decision import DeviationKind
from protocol.model.protocol import Protocol
from tests.benchmarks.simulated import FLAGS, GIVEN, LIMITS, NUMBERS, RESPONSES

SOURCE = Path(__file__).parent / "imatinib.c"
COLUMNS = (*NUMBERS, *(f"{name}.upper" for name in LIMITS))
_IN_C = ("ecog", "nyha", "life-expectancy", "anc", "platelets", "bilirubin", "alt", "ast", "creatinine", "toxicity")
_RULES = (
    "stop-death", "stop-consent-withdrawn", "stop-unmanageable-toxicity", "do-not-start", "start", "hold-cytopenia",
    "hold-hepatic", "hold-severe-toxicity", "reduce-toxicity", "reduce-at-lowest-level", "resume-after-cytopenia",
    "resume-after-first-cytopenia-at-400", "resume-after-recurrent-cytopenia-at-400", "resume-after-hepatic",
    "resume-after-hepatic-at-lowest-level", "resume-after-severe-toxicity", "resume-after-toxicity-at-lowest-level",
)  # fmt: skip
_DEVIATIONS = (
    "dose above permitted", "dose below permitted", "hold without reason", "hold missed", "stop missed", "stop without reason",
    "resumed too early", "wrong resume level", "treatment after stop", "started too early", "change too early", "change too late",
    "not decidable",
)  # fmt: skip
_LEVELS = ("reduced", "starting", "escalated")
_OUT = {
    "action": np.int8, "status": np.int8, "verdict": np.int8, "deviation": np.int8, "rule": np.int16, "before": np.int32,
    "after": np.int32, "permitted": np.int32, "refused": np.int32, "withheld": np.uint8, "silent": np.uint8, "assumed": np.uint8,
}  # fmt: skip
assert NUMBERS == _IN_C

_Pointer = ctypes.c_void_p


class _Table(ctypes.Structure):
    _fields_ = (
        ("rows", ctypes.c_int64), ("patient", _Pointer), ("elapsed", _Pointer), ("number", _Pointer * 13),
        ("number_valid", _Pointer * 13), ("flag", _Pointer * 6), ("flag_valid", _Pointer * 6), ("response", _Pointer),
        ("given", _Pointer), ("response_valid", _Pointer), ("given_valid", _Pointer), ("rule_place", _Pointer),
        ("dose_place", _Pointer), ("deviation_place", _Pointer), *((name, _Pointer) for name in _OUT),
    )  # fmt: skip


def compiler() -> str | None:
    """The C compiler, if there is one."""
    return shutil.which("cc") or shutil.which("gcc")


def built(folder: Path) -> Any:
    """The function of the C file, compiled for this machine."""
    found = compiler()
    assert found is not None
    library = folder / "imatinib.so"
    flags = ("-O3", "-march=native", "-Wall", "-Werror", "-shared", "-fPIC")
    subprocess.run((found, *flags, "-o", str(library), str(SOURCE), "-lm"), check=True)
    return ctypes.CDLL(str(library)).replay


class Run:
    """A table made ready for the C function: only pointers, nothing is copied; and the columns into which it writes."""

    def __init__(self, protocol: Protocol, table: pa.Table) -> None:
        self.kept: list[Any] = [table]
        self.out = {name: np.empty(table.num_rows, kind) for name, kind in _OUT.items()}
        columns = {name: self._buffers(table[name]) for name in table.column_names}
        numbers, flags = ([columns[name] for name in names] for names in (COLUMNS, FLAGS))
        self.struct = _Table(
            table.num_rows,
            columns["patient"][1],
            columns["elapsed"][1],
            *((_Pointer * len(part))(*(one[side] for one in part)) for part in (numbers, flags) for side in (1, 0)),
            columns["response"][1],
            columns["given"][1],
            columns["response"][0],
            columns["given"][0],
            *self._places(protocol),
            *(array.ctypes.data for array in self.out.values()),
        )

    def _buffers(self, column: pa.ChunkedArray) -> tuple[int | None, int]:
        array = column.chunk(0)
        assert column.num_chunks == 1 and not array.offset
        if pa.types.is_dictionary(array.type) and len(array.dictionary) in (len(GIVEN), len(RESPONSES)):
            assert array.dictionary.to_pylist() in (list(GIVEN), list(RESPONSES))
        array = array.indices if pa.types.is_dictionary(array.type) else array
        valid, values = array.buffers()
        self.kept.append(array)
        return valid.address if valid else None, values.address

    def _places(self, protocol: Protocol) -> list[int]:
        texts = first_texts(protocol)
        rules = np.array([texts["rule"].index(name) for name in _RULES], np.int16)
        doses = np.array([texts["before"].index(name) for name in ("stopped", "none", *_LEVELS)], np.int32)
        deviations = np.array([get_args(DeviationKind).index(kind) for kind in _DEVIATIONS], np.int8)
        self.kept += [rules, doses, deviations]
        return [array.ctypes.data for array in (rules, doses, deviations)]

    def columns(self, protocol: Protocol) -> dict[str, list[Any]]:
        """What was written, as the texts of a table of decisions."""
        texts = first_texts(protocol) | {"permitted": permitted_texts()}
        return {
            name: [None if value < 0 else texts[name][value] for value in array] if name in texts else array.tolist()
            for name, array in self.out.items()
        }


def permitted_texts() -> list[str]:
    """The texts of the numbers that C writes in the column of permitted doses."""
    order, found = ("stopped", "none", *_LEVELS), []
    for after in order:
        for stop in range(3):
            for raised in range(3):
                asked = {"stopped": stop, "escalated": raised}
                words = {name: "" if word == 1 else "?" for name, word in asked.items() if word} | {after: ""}
                found.append("; ".join(name + words[name] for name in order if name in words))
    return found
