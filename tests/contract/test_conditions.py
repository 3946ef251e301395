"""Tables: puts under a condition, each of them told apart from the others."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import orjson
import pytest
from botocore.exceptions import ReadTimeoutError

from headrace.aws.tables import DynamoTables
from headrace.errors import HeadraceError, TableAccessError, TableNotFoundError
from headrace.ports import Condition, Item, ReadRequest, Tables, Written
from tests.contract.conftest import TABLE, client, create_orders
from tests.contract.test_tables import Wire, put, refusal, spelled

INSERT = Condition()
NEWER = Condition(newer_by="version")


def done(written: Written) -> Written:
    """What it says but for the units, which differ."""
    return replace(written, units=0.0)


def versions(tables: Tables) -> list[Any]:
    return [one.get("version", one) for one in tables.read(ReadRequest(TABLE)).items]


def version(number: int | str, **more: Any) -> dict[str, Any]:
    return put(version={"N": str(number)}, **more)


def test_an_insert_leaves_what_is_there(tables: Tables) -> None:
    assert done(tables.write_if(TABLE, spelled(version(1)), INSERT)) == Written()
    more = spelled(version(2), version(3, at={"N": "1.0"}), version(4, at={"N": "2"}))
    assert done(tables.write_if(TABLE, more, INSERT)) == Written(skipped=2)
    assert sorted(one["N"] for one in versions(tables)) == ["1", "4"]


@pytest.mark.parametrize("ours", ["10", "9.5"])
def test_only_what_is_newer_is_written(tables: Tables, ours: str) -> None:
    assert done(tables.write_if(TABLE, spelled(version(9)), NEWER)) == Written()
    assert done(tables.write_if(TABLE, spelled(version(9)), NEWER)) == Written(skipped=1)
    assert done(tables.write_if(TABLE, spelled(version("8.99")), NEWER)) == Written(skipped=1)
    assert done(tables.write_if(TABLE, spelled(version(ours)), NEWER)) == Written()
    assert versions(tables) == [{"N": ours}]


def test_an_item_without_a_version_is_older_than_any(tables: Tables) -> None:
    tables.write(TABLE, spelled(put()))
    assert done(tables.write_if(TABLE, spelled(version(-1)), NEWER)) == Written()
    assert versions(tables) == [{"N": "-1"}]


def test_versions_of_different_types_are_not_compared(strict_tables: Tables) -> None:
    strict_tables.write(TABLE, spelled(version(5)))
    other = spelled(put(version={"S": "9"}))
    assert done(strict_tables.write_if(TABLE, other, NEWER)) == Written(skipped=1)
    assert versions(strict_tables) == [{"N": "5"}]


def test_an_item_that_lacks_the_version_is_refused_alone(tables: Tables) -> None:
    written = tables.write_if(TABLE, spelled(put(), version(1, at={"N": "2"})), NEWER)
    ((request, reason),) = written.refused
    assert orjson.loads(request) == put()
    assert reason == "the item has no attribute 'version', which tells whether it is newer"
    assert versions(tables) == [{"N": "1"}]


@pytest.mark.parametrize(
    ("wrong", "condition"),
    [
        (put(id={"S": ""}), INSERT),
        (put(at={"S": "1"}), INSERT),
        (put(city={"N": "1"}), INSERT),
        (put(text={"S": "x" * 409_600}), INSERT),
        (put(tags={"SS": []}), INSERT),
        (put(version={"BOOL": True}), NEWER),
        (put(version={"M": {}}), NEWER),
    ],
    ids=repr,
)
def test_what_dynamodb_refuses_is_told_and_the_rest_is_written(
    strict_tables: Tables, wrong: dict[str, Any], condition: Condition
) -> None:
    written = strict_tables.write_if(TABLE, spelled(wrong, version(1, at={"N": "2"})), condition)
    ((request, reason),) = written.refused
    assert orjson.loads(request) == wrong
    assert reason
    assert replace(done(written), refused=()) == Written()
    assert versions(strict_tables) == [{"N": "1"}]


@pytest.mark.parametrize("condition", [INSERT, NEWER])
def test_what_may_have_been_carried_out_before_counts_as_written(
    tables: Tables, condition: Condition
) -> None:
    odd = {"bytes": {"B": "AAH/"}, "sets": {"M": {"s": {"BS": ["AA==", "/w=="]}, "n": {"NS": ["1", "2"]}}}}
    tables.write_if(TABLE, spelled(version("1.0", **odd)), condition)
    again = replace(condition, again=True)
    assert done(tables.write_if(TABLE, spelled(version("1.0", **odd)), again)) == Written()
    assert done(tables.write_if(TABLE, spelled(version("1.0")), again)) == Written(skipped=1)
    assert done(tables.write_if(TABLE, spelled(version("1.0", **odd)), condition)) == Written(skipped=1)


def test_into_a_table_that_is_not_there_nothing_is_written(tables: Tables) -> None:
    for condition in (INSERT, NEWER):
        with pytest.raises(TableNotFoundError, match="no table 'others'"):
            tables.write_if("others", spelled(version(1)), condition)


def test_whatever_the_order_the_newest_stays(tables: Tables) -> None:
    rng = random.Random(3)
    numbers = [rng.randrange(40) for _ in range(60)]
    answers = [tables.write_if(TABLE, spelled(version(number)), NEWER) for number in numbers]
    rises = [n for position, n in enumerate(numbers) if n > max(numbers[:position], default=-1)]
    assert sum(one.skipped for one in answers) == len(numbers) - len(rises)
    assert versions(tables) == [{"N": str(max(numbers))}]


@pytest.mark.parametrize("condition", [INSERT, NEWER])
def test_writers_at_once_lose_nothing_and_count_every_item_once(
    atomic_tables: Tables, condition: Condition
) -> None:
    keys = [str(number) for number in range(10)]
    offered = [[version(writer, at={"N": key}) for key in keys] for writer in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: atomic_tables.write_if(TABLE, spelled(*one), condition), offered))
    found = versions(atomic_tables)
    if condition is NEWER:
        assert found == [{"N": "5"}] * 10
    else:
        assert sum(one.skipped for one in answers) == 50
    assert len(found) == 10


@pytest.mark.usefixtures("aws")
def test_a_put_that_is_throttled_comes_back_with_dynamodbs_reason() -> None:
    reasons = [{"reason": "TableWriteKeyRangeThroughputExceeded", "resource": "arn"}]
    wire = refusal("ProvisionedThroughputExceededException", ThrottlingReasons=reasons)
    written = wire.tables.write_if(TABLE, spelled(version(1)), NEWER)
    assert written == Written((orjson.dumps(version(1)).decode(),), throttles=(reasons[0]["reason"],))
    assert len(wire.bodies) == 1


@pytest.mark.usefixtures("aws")
def test_a_service_that_fails_leaves_the_put_to_be_sent_again() -> None:
    written = refusal("InternalServerError").tables.write_if(TABLE, spelled(version(1)), NEWER)
    assert (len(written.unprocessed), written.throttles) == (1, ("InternalServerError",))


@pytest.mark.parametrize(
    ("code", "error"),
    [("AccessDeniedException", TableAccessError), ("ResourceNotFoundException", TableNotFoundError)],
)
@pytest.mark.usefixtures("aws")
def test_what_is_hopeless_is_raised(code: str, error: type[HeadraceError]) -> None:
    with pytest.raises(error, match="orders"):
        refusal(code).tables.write_if(TABLE, spelled(version(1)), NEWER)


@pytest.mark.usefixtures("aws")
def test_an_answer_that_was_lost_makes_neither_a_loss_nor_a_skip() -> None:
    dynamodb = client("dynamodb")
    create_orders(dynamodb)
    lost = Counter({"answers": 1})

    def lose(**_: object) -> None:
        if lost["answers"]:
            lost["answers"] -= 1
            raise ReadTimeoutError(endpoint_url="https://dynamodb")

    dynamodb.meta.events.register("before-parse.dynamodb.PutItem", lose)
    tables = DynamoTables(dynamodb)
    first = tables.write_if(TABLE, spelled(version(1)), INSERT)
    assert (len(first.unprocessed), first.throttles) == (1, ("ReadTimeoutError",))
    again = tables.write_if(TABLE, f"[{first.unprocessed[0]}]", replace(INSERT, again=True))
    assert done(again) == Written()


@pytest.mark.usefixtures("aws")
def test_a_put_goes_over_the_wire_as_it_was_spelled() -> None:
    odd: Item = {"n": {"N": "1.50"}, "t": {"S": "\uffff é"}, "b": {"BS": ["AA=="]}}
    wire = Wire(ConsumedCapacity={"CapacityUnits": 2.0})
    assert wire.tables.write_if(TABLE, spelled(version(1, **odd)), NEWER) == Written(units=2.0)
    assert orjson.loads(wire.bodies[0]) == {
        "TableName": TABLE,
        "Item": version(1, **odd)["PutRequest"]["Item"],
        "ConditionExpression": "attribute_not_exists(#by) OR #by < :by",
        "ExpressionAttributeNames": {"#by": "version"},
        "ExpressionAttributeValues": {":by": {"N": "1"}},
        "ReturnConsumedCapacity": "INDEXES",
    }
