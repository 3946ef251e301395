"""The example of the pages, on the deployed stack."""

from __future__ import annotations

import json

import pytest

from tests.docs.blocks import block, page
from tests.e2e.stack import Ended, Stack

CONSOLE = page("start-from-the-console")
# The suite's tables have the key `id`.
CSV = block(page("load-a-file"), "csv", "orders").replace("order,", "id,", 1)


@pytest.fixture(scope="module")
def table(stack: Stack) -> str:
    return stack.table(key_type="N")


def run(stack: Stack, table: str, tag: str) -> Ended:
    """The job of the page, with the table and the object of this suite."""
    source = stack.put("docs/orders.csv", CSV)
    job = json.loads(block(CONSOLE, "job", tag))
    return stack.ended(stack.start(job | {"source": source, "target": table}))


def test_the_minimal_input_for_the_console_loads_every_row(stack: Stack, table: str) -> None:
    job = run(stack, table, "minimal")
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": 4, "written": 3, "superseded": 1})


def test_the_full_input_for_the_console_rejects_what_is_no_number(stack: Stack, table: str) -> None:
    job = run(stack, table, "full")
    assert job.error == "RowsRejectedError"
    assert job.rows == {"read": 4, "written": 2, "superseded": 1, "rejected": 1}
    assert set(stack.items(table)["1001"]) == {"id", "customer", "total", "paid", "labels"}


def test_five_mistakes_get_the_five_messages_of_the_page(stack: Stack) -> None:
    job = stack.ended(stack.start(json.loads(block(CONSOLE, "mistakes"))))
    assert (job.error, job.cause) == ("JobInvalidError", block(CONSOLE, "messages").strip())
