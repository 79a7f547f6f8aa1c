"""A mapping is read with every key there is; its page, its schema and its messages say the same as the parser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import cli, load
from protocol.adapters.mapped.checked import asked, check_protocol
from protocol.errors import InputError
from protocol.language.mapping.doses import DOSE_KEYS, END_KEYS, WINDOW_KEYS
from protocol.language.mapping.from_yaml import KEYS, PATIENT_KEYS, TABLE_KEYS, load_mapping, parse_mapping
from protocol.language.mapping.meanings import MEANINGS
from protocol.language.mapping.readings import READING_KEYS
from protocol.language.mapping.to_schema import schema
from protocol.language.shipped import find, shipped_names
from protocol.model.mapping import Named, When, fingerprint
from tests.language.test_to_schema import tree

GOLDEN = Path(__file__).parent / "golden"
MISTAKES = sorted(GOLDEN.glob("*.yaml"))
PAGE = (Path(load_mapping.__code__.co_filename).parent / "mapping.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]
SHIPPED = sorted({file for name in shipped_names() for file in find(name).parent.glob("*.mapping.yaml")})


def errors(value: Any) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(schema()).iter_errors(value)]


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_example_of_the_page_uses_every_key_and_fits_its_protocol() -> None:
    mapping = parse_mapping(EXAMPLE)
    check_protocol(mapping, load(mapping.protocol))
    found = tree(EXAMPLE)
    readings = [one for entry in found["readings"].values() for one in several(entry)]
    used = {
        KEYS: [found],
        PATIENT_KEYS: [found["patients"]],
        TABLE_KEYS: list(found["tables"].values()),
        READING_KEYS: readings,
        DOSE_KEYS: several(found["doses"]),
        WINDOW_KEYS: several(found["windows"]),
    }
    for keys, entries in used.items():
        assert {key for entry in entries for key in entry} == set(keys)
    assert set(found["ends"]) <= set(END_KEYS)


def test_every_key_has_a_meaning() -> None:
    kinds = {"mapping": KEYS, "table": TABLE_KEYS, "patients": PATIENT_KEYS, "reading": READING_KEYS, "dose": DOSE_KEYS}
    for kind, keys in (kinds | {"end": END_KEYS, "window": WINDOW_KEYS}).items():
        assert list(MEANINGS[kind]) == list(keys)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_a_shipped_mapping_fits_its_protocol_and_the_schema(file: Path) -> None:
    mapping = load_mapping(file)
    check_protocol(mapping, load(mapping.protocol))
    assert errors(tree(file.read_text(encoding="utf-8"))) == []
    assert fingerprint(load_mapping(Path(f"{file.parent.name}/{file.name}"))) == fingerprint(mapping)


def test_the_schema_takes_the_example_and_refuses_a_key_that_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    found = tree(EXAMPLE)
    assert errors(found) == []
    found["readings"]["platelets"]["valeu"] = "LBORRES"
    assert errors(found)
    assert cli.run(["map", "--schema"]) == 0
    assert '"one visit"' in capsys.readouterr().out
    assert cli.run(["map", "--schema", "x.mapping.yaml"]) == 2
    assert cli.run(["map"]) == 2


def test_the_fingerprint_is_of_what_is_said_and_not_of_where_it_stands() -> None:
    moved = EXAMPLE.replace("readings:", "\n\n# moved\nreadings:")
    assert fingerprint(parse_mapping(moved)) == fingerprint(parse_mapping(EXAMPLE))
    assert fingerprint(parse_mapping(EXAMPLE.replace("LBORRES", "LBSTRESC"))) != fingerprint(parse_mapping(EXAMPLE))


def test_a_time_is_read_from_one_column_and_every_column_that_is_asked_is_known() -> None:
    assert When(Named("a"), Named("b")).column == Named("a", 3, 4)
    assert When(elapsed=Named("c")).column == Named("c")
    columns = {(table, str(column)) for table, column in asked(parse_mapping(EXAMPLE))}
    assert {("lb", "LBSPEC"), ("ex", "how_often"), ("dm", "ENDED"), ("ae", "AEENDTC"), ("lb", "VISITDY")} <= columns


def complaint(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_mapping(path.read_text(encoding="utf-8"), path.name)
    return caught.value


@pytest.mark.parametrize("path", MISTAKES, ids=lambda path: path.stem)
def test_the_message_says_where_what_and_what_would_be_right(path: Path) -> None:
    """To accept new messages, delete the texts and run the tests twice."""
    expected = path.with_suffix(".txt")
    said = f"{complaint(path)}\n"
    if not expected.exists():
        expected.write_text(said, encoding="utf-8")
        pytest.fail(f"{expected.name} was missing and has been written; read it")
    assert said == expected.read_text(encoding="utf-8")


@settings(max_examples=60)
@given(st.data())
def test_no_text_makes_anything_but_a_mapping_or_problems(data: st.DataObject) -> None:
    """The example with some of its lines gone, doubled, or set in by other blanks, or with a word in the place of another."""
    lines = EXAMPLE.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        number = data.draw(st.integers(0, len(lines) - 1))
        change = data.draw(st.sampled_from(("gone", "twice", "in", "out", "word", "cut")))
        line = lines[number]
        words = re.findall(r"\w+", line) or ["x"]
        other = data.draw(st.sampled_from(("table", "[", "{}", "''", "0", "yes")))
        lines[number] = {
            "gone": "",
            "twice": f"{line}\n{line}",
            "in": f"  {line}",
            "out": line.lstrip(),
            "word": line.replace(data.draw(st.sampled_from(words)), other),
            "cut": line[: len(line) // 2],
        }[change]
    try:
        mapping = parse_mapping("\n".join(lines))
        check_protocol(mapping, load("imatinib-hes"))
        list(asked(mapping))
    except InputError as error:
        assert error.problems and all(problem.code and problem.message for problem in error.problems)
