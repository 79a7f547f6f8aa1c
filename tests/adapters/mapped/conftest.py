"""The sample study of these tests, read through its mapping. It was made up for them, and nobody is meant by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol import load
from protocol.adapters.mapped.courses import Mapped, read_mapped
from protocol.language.mapping.from_yaml import load_mapping, parse_mapping
from protocol.model.mapping import DataMapping
from protocol.model.protocol import Protocol

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="session")
def sample_protocol() -> Protocol:
    return load(SAMPLE)


@pytest.fixture(scope="session")
def sample_mapping() -> DataMapping:
    return load_mapping(SAMPLE / "sample.mapping.yaml")


@pytest.fixture(scope="session")
def sample(sample_mapping: DataMapping, sample_protocol: Protocol) -> Mapped:
    return read_mapped(sample_mapping, SAMPLE, sample_protocol)


def of_table(folder: Path, protocol: Protocol, mapping: str, **tables: str) -> Mapped:
    """What a mapping makes of tables that are written here as CSV."""
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_mapped(parse_mapping(f'mapping: test\nversion: "1"\nprotocol: sample\n{mapping}'), folder, protocol)
