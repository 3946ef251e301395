"""The inputs of the pages, on the deployed stack."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from headrace.ports import Item
from tests.docs.blocks import block, page
from tests.e2e.stack import Ended, Stack
from tests.everything import to_wire

CONSOLE = page("start-from-the-console")
# The suite's tables have the key `id`.
CSV = block(page("load-a-file"), "csv", "orders").replace("order,", "id,", 1)
ORDERS = [json.loads(line)["Item"] for line in block(page("read-a-table"), "items", "orders").splitlines()]


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


class Shop:
    """Tables and a queue in the place of those of the pages; `name` is in that of their job."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.orders, self.staging = _orders_table(stack), _orders_table(stack)
        self.queue, self.name = stack.queue(), stack.name("docs")
        stack.fill(self.orders, ORDERS)

    def job(self, name: str, tag: str) -> dict[str, Any]:
        text = block(page(name), "job", tag)
        for told, ours in (
            ('"orders"', json.dumps(self.orders)),
            ('"orders-staging"', json.dumps(self.staging)),
            ("my-data-bucket", self.stack.bucket),
            ("orders-2026-11-21", self.name),
            ("https://sqs.eu-west-1.amazonaws.com/123456789012/orders-queue", self.queue),
        ):
            text = text.replace(told, ours)
        job: dict[str, Any] = json.loads(text)
        return job

    def run(self, name: str, tag: str, **fields: Any) -> Ended:
        return self.stack.run(self.job(name, tag) | fields)

    def items(self, table: str) -> list[Item]:
        pages = self.stack.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return _in_order(to_wire(item) for page in pages for item in page["Items"])


def _orders_table(stack: Stack) -> str:
    name = stack.name("orders")
    stack.dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "order", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order", "AttributeType": "N"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def _in_order(items: Iterable[Item]) -> list[Item]:
    """Sets have no order of their own."""
    found = [
        {
            name: {kind: sorted(v) if kind == "SS" else v for kind, v in value.items()}
            for name, value in item.items()
        }
        for item in items
    ]
    return sorted(found, key=lambda item: str(item["order"]["N"]))


@pytest.fixture
def shop(stack: Stack) -> Shop:
    return Shop(stack)


def moved(job: Ended, count: int) -> None:
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": count, "written": count}), job.cause


def test_the_input_of_a_scan_puts_every_order_into_the_queue(shop: Shop) -> None:
    """In fewer segments, as each is an execution of its own."""
    moved(shop.run("scan-into-a-queue", "scan", parallel={"segments": 6}), len(ORDERS))
    assert _in_order(map(json.loads, shop.stack.drain(shop.queue))) == _in_order(ORDERS)


def test_the_inputs_of_an_export_and_a_restore_give_the_same_orders(shop: Shop) -> None:
    moved(shop.run("export", "export"), len(ORDERS))
    moved(shop.run("restore", "restore", target=shop.staging), len(ORDERS))
    assert shop.items(shop.staging) == _in_order(ORDERS)


@pytest.mark.parametrize(("tag", "rows"), [("csv", {"written": 4}), ("jsonl", {"written": 2, "rejected": 2})])
def test_the_inputs_of_an_export_in_other_formats_write_what_these_can_carry(
    shop: Shop, tag: str, rows: dict[str, int]
) -> None:
    job = shop.run("export", tag)
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": len(ORDERS), **rows}), job.cause


def test_the_input_of_a_copy_copies_every_order(shop: Shop) -> None:
    moved(shop.run("copy", "copy"), len(ORDERS))
    assert shop.items(shop.staging) == _in_order(ORDERS)


def test_the_input_of_a_mirror_deletes_what_the_source_has_not(shop: Shop) -> None:
    shop.stack.fill(shop.staging, [ORDERS[1], {"order": {"N": "7"}}, {"order": {"N": "8"}}])
    job = shop.run("copy", "mirror")
    moved(job, len(ORDERS) + 2)
    assert (job.report["planned"], job.report["deleted"]) == ({"items": len(ORDERS), "deletes": 2}, 2)
    assert shop.items(shop.staging) == _in_order(ORDERS)


def test_the_input_of_a_part_copies_two_orders(shop: Shop) -> None:
    moved(shop.run("copy", "part"), 2)
    assert all("client" in item for item in shop.items(shop.staging))


def test_the_inputs_of_a_truncate_count_first_and_empty_the_table(shop: Shop) -> None:
    shop.stack.fill(shop.staging, ORDERS)
    assert shop.run("truncate", "dry").report["planned"] == {"items": len(ORDERS)}
    moved(shop.run("truncate", "truncate"), len(ORDERS))
    assert shop.items(shop.staging) == []


def test_the_input_of_a_part_deletes_the_oldest_order(shop: Shop) -> None:
    moved(shop.run("truncate", "part"), 1)
    assert shop.items(shop.orders) == _in_order(ORDERS[1:])


@pytest.mark.parametrize(("name", "tag", "count"), [("count", "count", 4), ("read-a-table", "subset", 1)])
def test_the_inputs_of_a_count_count(shop: Shop, name: str, tag: str, count: int) -> None:
    job = shop.run(name, tag)
    assert (job.status, job.report["count"]["items"]) == ("SUCCEEDED", count), job.cause


def test_the_input_for_json_lines_loads_them(shop: Shop) -> None:
    shop.stack.put(
        "files/orders.jsonl", '{"order": 12345678901234567890.5, "tags": ["gift"], "placed": "now"}\n'
    )
    moved(shop.run("restore", "jsonl", target=shop.staging), 1)
    (item,) = shop.items(shop.staging)
    assert item == {
        "order": {"N": "12345678901234567890.5"},
        "tags": {"SS": ["gift"]},
        "at": {"S": "now"},
    }


def test_the_input_for_newer_items_leaves_newer_ones_alone(shop: Shop) -> None:
    there = [{"order": {"N": key}, "updated": {"N": at}} for key, at in (("1", "9"), ("2", "10"))]
    shop.stack.fill(shop.staging, there)
    shop.stack.put("files/orders.csv", "order,updated\n1,10\n2,9\n3,1\n")
    job = shop.run("write-modes", "newer", target=shop.staging)
    assert (job.status, job.rows) == ("SUCCEEDED", {"read": 3, "written": 2, "skipped": 1}), job.cause


def test_the_input_that_resumes_a_job_with_nothing_left_reports_again(shop: Shop) -> None:
    job = shop.run("copy", "copy")
    text = block(page("stop-and-resume"), "control", "resume").replace("orders-2026-11-21", job.job)
    again = shop.stack.run(json.loads(text))
    moved(again, len(ORDERS))
    assert (again.job, again.report["resumed"]) == (job.job, 1)
