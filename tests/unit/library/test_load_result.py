"""The numbers of a result add up, of whatever file and whatever became of it."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import TableAccessError, ThrottledError
from headrace.here import wiring
from headrace.library.load_result import MOST_ERRORS, LoadResult
from headrace.library.loaders import ThreadedDynamoDBLoader
from tests.builders import BUCKET, TABLE, Pipeline
from tests.here import benches_over

ROWS = st.lists(
    st.sampled_from(["k1,1", "k2,2", "k3,3", "there,4", "k4,x", "k5", "", '"k6",6', "refused,7"]), max_size=60
)
FAULTS = st.dictionaries(
    st.integers(1, 12),
    st.sampled_from([ThrottledError("slow down"), TableAccessError("no more")]),
    max_size=4,
)


def load(fakes: Pipeline, text: str, **options: Any) -> LoadResult:
    fakes.store.objects[BUCKET, "rows.csv"] = text.encode()
    with mock.patch.object(wiring, "Workbench", benches_over(fakes)):
        return ThreadedDynamoDBLoader(TABLE, max_workers=2, max_delay=0.5, **options).load_csv(
            f"s3://{BUCKET}/rows.csv"
        )


@settings(max_examples=25)
@given(rows=ROWS, faults=FAULTS, leave=st.integers(0, 5), insert=st.booleans(), retries=st.integers(0, 2))
def test_every_record_is_written_superseded_skipped_or_failed(
    rows: list[str], faults: dict[int, Exception], leave: int, insert: bool, retries: int
) -> None:
    fakes = Pipeline()
    fakes.tables.leave_every, fakes.tables.refuse = leave, ("refused",)
    fakes.tables.add(TABLE, {"id": {"S": "there"}})
    for call, error in faults.items():
        fakes.tables.faults.on("write_if" if insert else "write", call, error)
    result = load(
        fakes,
        "id,n:N\n" + "".join(f"{row}\n" for row in rows),
        max_retries=retries,
        write={"mode": "insert" if insert else "put"},
    )
    parts = (result.successful_writes, result.superseded, result.skipped, result.failed_writes)
    assert min(parts) >= 0
    assert result.total_records == sum(parts) == sum(row != "" for row in rows)
    assert bool(result.errors) == bool(result.failed_writes)
    assert 0.0 <= result.success_rate() <= 100.0
    there = sum("n" in item for item in fakes.items.values())
    assert there >= result.successful_writes  # of a batch in which a load had to stop some may be there
    assert there == result.successful_writes or "no more" in result.errors


@given(total=st.integers(0, 10**9), data=st.data())
def test_the_rate_is_the_share_of_records_that_did_not_fail(total: int, data: st.DataObject) -> None:
    failed = data.draw(st.integers(0, total))
    rate = LoadResult(total, total - failed, failed, 1.0).success_rate()
    assert rate == pytest.approx(100.0 * (total - failed) / total if total else 100.0)


def test_what_kept_a_load_from_its_end_stands_before_what_is_wrong_with_records() -> None:
    fakes = Pipeline()
    fakes.tables.faults.on("write", 1, TableAccessError("no more"))
    result = load(fakes, "id,n:N\n" + "k1,1\n" + "k2,x\n" * MOST_ERRORS)
    assert result.errors[:2] == ["no more", "1 records were not loaded"]
    assert result.errors[2].startswith("row 3: ")
    assert (len(result.errors), result.failed_writes) == (MOST_ERRORS, MOST_ERRORS + 1)
