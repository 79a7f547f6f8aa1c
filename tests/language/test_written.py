"""Each rule and each property is found in the file and the line in which it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol.language.shipped import find, load, shipped_names
from protocol.language.written import written
from protocol.model.table import table_of


@pytest.mark.parametrize("name", shipped_names())
def test_what_a_shipped_protocol_has_stands_where_it_is_said_to(name: str) -> None:
    protocol, places = load(name), written(find(name))
    assert places["rules"].keys() == {table_of(rule.name) for rule in protocol.rules}
    assert places["properties"].keys() == {one.name for one in (*protocol.properties, *protocol.expectations)}
    for entry, (file, line) in (*places["rules"].items(), *places["properties"].items()):
        assert Path(file).read_text(encoding="utf-8").split("\n")[line - 1].strip().startswith(f"{entry}:")


def test_a_file_that_is_no_protocol_has_none(tmp_path: Path) -> None:
    file = tmp_path / "protocol.yaml"
    file.write_text("- 1\n", encoding="utf-8")
    assert written(file) == {"rules": {}, "properties": {}}
