"""Requests that are made of many rows at once are those that are made of the rows one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from unittest.mock import Mock

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headrace import window
from headrace.collecting import Writes
from headrace.delimited import batches, cutting
from headrace.delimited.batches import BatchReader
from headrace.delimited.chunk import Limits
from headrace.delimited.encoding import TextEncoding
from headrace.delimited.records import RecordReader
from headrace.delimited.rejects import RejectsFormat
from headrace.items import units
from headrace.items.codec import RowCodec
from headrace.items.maker import RowMaker
from headrace.items.size import MAX_ITEM_BYTES
from headrace.job.model import Column, Empty, Format, Job, WriteMode
from headrace.ports import KeyAttribute
from headrace.unit_text import made_at_once
from headrace.window import Run, Window, read_windows
from tests.unit.engine.any_rows import AT, HEADER, ID, JOB, KEYS, jobs, texts

UTF_8 = TextEncoding("utf-8")
ROOMY = Limits(1 << 40)
_sizes = st.sampled_from([1 << 20, 1 << 20, 1 << 20, 300, 30, 1])


def windows(
    codec: RowCodec, text: bytes, at_once: bool, limits: Limits = ROOMY, block: int = 1 << 30
) -> list[Window]:
    form, encoding = codec.job.format, TextEncoding(codec.job.format.encoding)
    blocks = [text[at : at + block] for at in range(0, len(text), block)]
    runs: Iterable[Run] = [Run(RecordReader(blocks, form, encoding, 100, 7))]
    if at_once:
        reader = BatchReader(blocks, form, encoding, len(codec.columns), 100, 7)
        runs = made_at_once(reader, RowMaker(codec))
    spelling = RejectsFormat([column.title for column in codec.columns], form, encoding.codec)
    writes = Writes(newer_by=codec.job.newer_by)
    return list(read_windows(runs, 100, 7, codec, spelling, limits, writes))


@settings(max_examples=1000)
@given(
    job=jobs(),
    keys=st.sampled_from(KEYS),
    header=st.permutations(HEADER),
    inferred=st.sets(st.sampled_from(["u", "v", "w"])),
    limits=st.builds(Limits, _sizes, st.sampled_from([1000, 1000, 1000, 20, 3, 1])),
    held=st.sampled_from([1 << 27, 1 << 27, 1 << 27, 5000, 1]),
    data=st.data(),
)
def test_the_windows_are_the_same_ones_whatever_the_rows(
    job: Job,
    keys: list[KeyAttribute],
    header: list[str],
    inferred: set[str],
    limits: Limits,
    held: int,
    data: st.DataObject,
) -> None:
    codec = RowCodec.compile(header, keys, job, inferred)
    assume(RowMaker.can_make(codec))
    text = data.draw(texts(codec))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "MAX_HELD_BYTES", held)
        patch.setattr(batches, "_BYTES", data.draw(_sizes))
        patch.setattr(cutting, "_FEW", data.draw(st.sampled_from([50, 1])))
        one_by_one = windows(codec, text, at_once=False, limits=limits)
        assert windows(codec, text, at_once=True, limits=limits, block=data.draw(_sizes)) == one_by_one


def rows_of(*rows: str) -> bytes:
    return ("\n".join(rows) + "\n").encode()


def both(codec: RowCodec, text: bytes) -> Window:
    """The only window; it is the same one either way."""
    (one_by_one,), (at_once,) = windows(codec, text, at_once=False), windows(codec, text, at_once=True)
    assert at_once == one_by_one
    return at_once


@pytest.mark.parametrize("key", ["é" * 1024, "é" * 1024 + "x", '""' * 2047, "\x01" * 2048])
def test_a_key_is_measured_as_it_is_and_not_as_it_is_spelled(key: str) -> None:
    window = both(RowCodec.compile(["id", "v"], [ID], JOB), rows_of(f'"{key}",1', "b,2"))
    assert len(window.requests) == (1 if key.endswith("x") else 2)


@pytest.mark.parametrize("character", ["x", "é", "\x01"])
@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize("limit", [1024, 2048, MAX_ITEM_BYTES])
def test_an_item_is_measured_as_dynamodb_counts_it(limit: int, more: int, character: str) -> None:
    codec = RowCodec.compile(["id", "v", "n:N"], [ID], JOB)
    room = limit - len("idvnk") - 2 + more
    size = len(character.encode())
    value = character * (room // size) + "x" * (room % size)
    window = both(codec, rows_of(f"k,{value},7", "b,2,1.50"))
    if limit + more > MAX_ITEM_BYTES:
        assert (len(window.requests), window.tally.rejected, window.units) == (1, 1, None)
    else:
        assert window.units == ([limit // 1024 + more, 1] if limit + more > 1024 else None)


@pytest.mark.parametrize("job", [JOB, replace(JOB, empty=Empty.NULL), replace(JOB, empty=Empty.KEEP)])
@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("v", ""),
        ('qu"ote', "é"),
        ("v", '""' * 90),
        ("v", "\x01" * 90),
        ("v", "\ufffe" * 90),
        ("v:N", ""),
        ("v:N", "7"),
        ("v:N", "-7"),
        ("v:N", "0.5"),
        ("v:N", "1e100"),
        ("v:N", "+1e100"),
        ("v:N", "9" * 38),
        ("v:N", f"0.{1:0100}"),
        ("v:N", "0000000000000012"),
        ("v:TTL", "2026-01-01"),
        ("v:TTL", "9999-12-31"),
        ("v:BOOL", "true"),
    ],
)
@pytest.mark.parametrize("keys", [[ID], [ID, AT]])
def test_write_units_are_those_of_the_item_however_close_to_the_next_one(
    keys: list[KeyAttribute], column: str, cell: str, job: Job
) -> None:
    codec = RowCodec.compile(["id", "at:N", column, "text"], keys, job)
    both(codec, rows_of(*(f'{at:04},7,"{cell}",{"x" * at}' for at in range(600, 1040))))


@pytest.mark.parametrize("header", [["id"], ["id", "at:N"]])
@pytest.mark.parametrize("number", ["7", "-7.5", "123"])
def test_write_units_of_nothing_but_a_key_are_too(header: list[str], number: str) -> None:
    codec = RowCodec.compile(header, [ID, AT][: len(header)], JOB)
    rows = (f"{'x' * size},{number}" if len(header) == 2 else "x" * size for size in range(990, 1040))
    both(codec, rows_of(*rows))


def test_few_puts_are_read_for_their_write_units(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Mock(side_effect=units._read_units)
    monkeypatch.setattr(units, "_read_units", read)
    codec = RowCodec.compile(["id", "v", "n:N", "m:N"], [ID], JOB)
    rows = (f"{number},{'x' * (900 + number)},{number},1.5" for number in range(2048))
    (window,) = windows(codec, rows_of(*rows), at_once=True)
    assert len(window.requests) == 2048
    assert read.call_count < 200


def test_of_requests_that_replace_each_other_the_units_of_the_last_one_count() -> None:
    codec = RowCodec.compile(["id", "v"], [ID], JOB)
    window = both(codec, rows_of(f"a,{'x' * 2000}", "b,1", "a,1", f"b,{'x' * 5000}", "c,1"))
    assert (window.units, window.tally.superseded) == ([1, 5, 1], 2)


def test_a_record_that_is_too_long_to_be_cut_is_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_RECORD_BYTES", 40)
    monkeypatch.setattr(batches, "_BYTES", 10)
    codec = RowCodec.compile(["id", "v"], [ID], JOB)
    window = both(codec, rows_of("a,1", 'b,"' + "x\n" * 30 + '"', "c,3"))
    assert len(window.requests) == 3


@pytest.mark.parametrize(
    ("job", "is_made"),
    [
        (JOB, True),
        (replace(JOB, mode=WriteMode.DELETE), False),
        (replace(JOB, mode=WriteMode.NEWER, newer_by="at"), True),
        (replace(JOB, mode=WriteMode.NEWER, newer_by="nowhere"), False),
        (replace(JOB, mode=WriteMode.NEWER, newer_by="v", columns={"v": Column(drop=True)}), False),
    ],
)
def test_what_is_no_put_of_the_rows_own_columns_is_not_made_at_once(job: Job, is_made: bool) -> None:
    assert RowMaker.can_make(RowCodec.compile(["id", "at", "v"], [ID], job)) is is_made


def test_of_an_ordinary_file_no_row_is_read_alone() -> None:
    rows = [f'k{n},"a ""b"", {n}",{n}' if n % 20 == 0 else f"k{n},é {n},{n}.50" for n in range(2000)]
    codec = RowCodec.compile(["id", "v", "n:N"], [ID], JOB)
    runs = list(made_at_once(BatchReader([rows_of(*rows)], Format(), UTF_8, 3), RowMaker(codec)))
    assert [len(run.made) for run in runs] == [run.records for run in runs]
    assert sum(run.records for run in runs) == 2000
