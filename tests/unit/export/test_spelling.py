"""What is exported loads back to the last digit, and what cannot be is rejected with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headrace.errors import HeaderError
from headrace.export.spelling import spelling_of
from headrace.items.codec import RowRejected
from headrace.job.dialect import PRESETS
from headrace.job.model import AttributeType as T
from headrace.job.model import Column, Empty, Format, Job, Shape
from headrace.ports import Item
from tests.everything import everything
from tests.unit.export.bench import job_of, plan_of, read_back, text_of
from tests.unit.export.items import items, names, of_type, plain_values

CSV, JSONL, WIRE = Shape.DELIMITED, Shape.JSONL, Shape.DYNAMODB_JSON

formats = st.builds(
    lambda form, null, encoding: replace(form, null=form.null or null, encoding=encoding),
    st.sampled_from(
        [
            *(PRESETS[name] for name in ("csv", "tsv", "mysql")),
            Format(delimiter=";", escape="\\"),
            Format(delimiter="|", quote=None, escape="\\"),
            Format(delimiter="\t", quote=None),
            Format(quote="'"),
        ]
    ),
    st.sampled_from([None, "", "NULL", "\\N", "null", "1", " "]),
    st.sampled_from(["utf-8", "utf-8", "utf-16", "latin-1", "cp1252"]),
)
columns = st.dictionaries(names, st.sampled_from(T).map(Column), max_size=3)


def exported(job: Job, found: list[Item], sample: list[Item]) -> tuple[bytes, list[Item], list[RowRejected]]:
    """A part's text, the items in it, and the rejects."""
    spelling = spelling_of(plan_of(job, sample))
    text, kept, rejected = spelling.opening, [], []
    for item in found:
        try:
            text += spelling.line(item)
            kept.append(item)
        except RowRejected as reject:
            rejected.append(reject)
    return text, kept, rejected


def has_names(job: Job, sample: list[Item]) -> bool:
    """Whether the format can spell the header at all."""
    try:
        return bool(spelling_of(plan_of(job, sample)))
    except HeaderError:
        return False


def reasons(job: Job, item: Item, sample: list[Item] | None = None) -> str:
    _, _, rejected = exported(job, [item], [item] if sample is None else sample)
    return "; ".join(map(str, rejected))


@given(st.lists(items(), max_size=4))
def test_dynamodb_json_has_everything(found: list[Item]) -> None:
    job = job_of(WIRE)
    text, kept, _ = exported(job, found, [])
    assert kept == found
    assert text_of(*read_back(text, job)) == text_of(*found)


@given(st.lists(items(plain_values) | items(), max_size=4), columns)
def test_a_line_that_is_not_read_again_is_one_that_need_not_be(
    found: list[Item], types: dict[str, Column]
) -> None:
    job = job_of(JSONL, columns=types)
    quick = exported(job, found, [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headrace.export.spelling.is_read_alike", lambda *_: False)
        every = exported(job, found, [])
    assert (quick[0], quick[1], str(quick[2])) == (every[0], every[1], str(every[2]))


def test_a_plain_line_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headrace.export.spelling._check", None)
    item: Item = {"id": {"S": "a"}, "n": {"N": "-1.5"}, "yes": {"BOOL": True}, "no": {"NULL": True}}
    text, _, _ = exported(job_of(JSONL), [item], [])
    assert text == b'{"id":"a","n":-1.5,"yes":true,"no":null}\n'


@given(st.lists(items(plain_values) | items(), max_size=4), columns)
def test_lines_of_plain_json_load_back_to_the_last_digit(found: list[Item], types: dict[str, Column]) -> None:
    job = job_of(JSONL, columns=types)
    text, kept, rejected = exported(job, found, [])
    assert text_of(*read_back(text, job)) == text_of(*kept)
    assert len(kept) + len(rejected) == len(found)


@given(st.lists(items(), max_size=4), st.data(), columns, formats, st.sampled_from(Empty))
def test_rows_load_back_to_the_last_digit(
    found: list[Item], data: st.DataObject, types: dict[str, Column], form: Format, empty: Empty
) -> None:
    job = job_of(CSV, columns=types, format=form, empty=empty)
    sample = [item for item in found if data.draw(st.booleans())]
    assume(has_names(job, sample))
    text, kept, rejected = exported(job, found, sample)
    assert text_of(*read_back(text, job)) == text_of(*kept)
    assert len(kept) + len(rejected) == len(found)


@pytest.mark.parametrize("kind", ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"])
@given(data=st.data())
def test_a_value_of_its_columns_type_is_exported(kind: str, data: st.DataObject) -> None:
    value = data.draw(of_type(kind).filter(lambda value: value not in ({"S": ""}, {"B": ""})))
    for job in (job_of(CSV), job_of(JSONL, columns={"a": Column(T(kind))})):
        assert reasons(job, {"id": {"S": "1"}, "a": value}) == ""


@given(plain_values)
def test_a_column_of_the_type_json_tells_nothing_from_empty_and_null(value: dict[str, Any]) -> None:
    job = job_of(CSV, columns={"a": Column(T.JSON), "b": Column(T.JSON)})
    assert reasons(job, {"id": {"S": "1"}, "a": value}) == ""


def test_items_of_every_type_and_399_kib_are_exported_or_rejected() -> None:
    found = list(everything(300, large=3))
    flat = [item for item in found if "map" not in item]
    types = {name: Column(T(kind)) for name, kind in [("bytes", "B"), ("texts", "SS"), ("numbers", "NS")]}
    for job in (job_of(CSV), job_of(JSONL, columns=types | {"blobs": Column(T.BS)})):
        _, kept, rejected = exported(job, found, found)
        assert kept == flat
        assert {problem.column for reject in rejected for problem in reject.problems} >= {"map"}
    assert exported(job_of(WIRE), found, [])[1] == found


TAGS: Item = {"id": {"S": "1"}, "tags": {"SS": ["a", "b"]}}
DEEP: Item = {"id": {"S": "1"}, "doc": {"M": {"tags": {"L": [{"NS": ["1"]}]}}}}
EMPTY: Item = {"id": {"S": "1"}, "note": {"S": ""}}
NULL: Item = {"id": {"S": "1"}, "note": {"NULL": True}}
TEXT: Item = {"id": {"S": "1"}, "note": {"S": "text"}}
NUMBER: Item = {"id": {"S": "1"}, "note": {"N": "5"}}


@pytest.mark.parametrize(
    ("job", "item", "sample", "reason"),
    [
        (
            job_of(JSONL),
            TAGS,
            [],
            "attribute 'tags' is a set of texts (SS), plain JSON has none: give it the type SS in `columns`, "
            "or export as dynamodb-json",
        ),
        (
            job_of(JSONL),
            DEEP,
            [],
            "attribute 'doc' has a set of numbers (NS) inside, plain JSON has none: export as dynamodb-json",
        ),
        (
            job_of(JSONL, columns={"note": Column(T.S)}),
            NUMBER,
            [],
            "attribute 'note' is a number (N), and its type is to be S: mend `columns`, "
            "or export as dynamodb-json",
        ),
        (
            job_of(JSONL),
            {"id": {"S": "1"}, "_headrace_note": {"S": "x"}},
            [],
            "attribute '_headrace_note' has a name that readers of JSON lines leave out: "
            "export as dynamodb-json",
        ),
        (
            job_of(JSONL),
            {"other": {"S": "x"}},
            [],
            "attribute 'id': a key of the table is missing; DynamoDB stores no item without it",
        ),
        (
            job_of(CSV),
            TEXT,
            [],
            "attribute 'note' is a text (S) that has no column: give it a type in `columns`, "
            "or export as dynamodb-json",
        ),
        (
            job_of(CSV),
            NUMBER,
            [TEXT],
            "attribute 'note' is a number (N), and its column 'note:S' is of the type S: "
            "give it the type JSON in `columns`, or export as dynamodb-json",
        ),
        (
            job_of(CSV),
            TAGS,
            [{"tags": {"S": "x"}}],
            "attribute 'tags' is a set of texts (SS), and its column 'tags:S' is of the type S: "
            "export as dynamodb-json",
        ),
        (
            job_of(CSV),
            DEEP,
            [DEEP],
            "attribute 'doc' has a set of numbers (NS) inside, plain JSON has none: export as dynamodb-json",
        ),
        (
            job_of(CSV),
            EMPTY,
            [TEXT],
            "attribute 'note' is empty (S), which a cell of its column 'note:S' does not say with "
            "write.empty 'drop': give it the type JSON in `columns`, or export as dynamodb-json",
        ),
        (
            job_of(CSV),
            NULL,
            [TEXT],
            "attribute 'note' is null, which a cell of its column 'note:S' does not say with "
            "write.empty 'drop': give it the type JSON in `columns`, or export as dynamodb-json",
        ),
        (
            job_of(CSV, empty=Empty.KEEP),
            {"id": {"S": "1"}},
            [TEXT],
            "attribute 'note' is not there, which a cell of its column 'note:S' does not say with "
            "write.empty 'keep': export as dynamodb-json",
        ),
        (
            job_of(CSV, format=Format(null="text")),
            TEXT,
            [TEXT],
            "attribute 'note' is the text that stands for null: set format.null to another",
        ),
        (
            job_of(CSV, format=Format(encoding="latin-1")),
            {"id": {"S": "1"}, "note": {"S": "漢"}},
            [TEXT],
            "attribute 'note' has characters that the format, in latin-1, cannot spell: set format.quote, "
            "format.escape or format.encoding, or export as dynamodb-json",
        ),
        (
            job_of(CSV, format=Format(quote=None)),
            {"id": {"S": "1"}, "note": {"S": "a,b"}},
            [TEXT],
            "attribute 'note' has characters that the format, in utf-8, cannot spell: set format.quote, "
            "format.escape or format.encoding, or export as dynamodb-json",
        ),
        (
            job_of(CSV),
            {"note": {"S": "no key"}},
            [TEXT],
            "column 'id': a key of the table is empty; DynamoDB stores no item without it",
        ),
    ],
)
def test_a_reject_says_which_attribute_and_why(job: Job, item: Item, sample: list[Item], reason: str) -> None:
    assert reasons(job, item, sample) == reason


@given(st.sampled_from([CSV, JSONL]), st.sampled_from(T), st.text("0123456789", min_size=41, max_size=60))
def test_no_reason_shows_more_than_40_characters_of_a_value(shape: Shape, kind: T, value: str) -> None:
    job = job_of(shape, columns={"a": Column(kind)})
    for content in ({"S": value}, {"SS": [value]}, {"L": [{"B": value}]}):
        assert value[:40] not in reasons(job, {"id": {"S": "1"}, "a": content})


@pytest.mark.parametrize(
    ("form", "name"), [(Format(quote=None), "a,b"), (Format(encoding="latin-1"), "漢"), (Format(), "\ufeffa")]
)
def test_a_name_that_the_format_cannot_spell_is_refused(form: Format, name: str) -> None:
    """A reader leaves out a byte order mark at the start of a text."""
    job = job_of(CSV, format=form, columns={name: Column(T.S)})
    with pytest.raises(HeaderError, match=f"cannot spell '{name}:S'".replace("\ufeff", r"\\ufeff")):
        spelling_of(plan_of(job))


def test_a_part_in_utf_16_tells_its_byte_order() -> None:
    job = job_of(CSV, format=Format(encoding="utf-16"))
    assert spelling_of(plan_of(job)).opening == "\ufeffid:S\r\n".encode("utf-16-le")
