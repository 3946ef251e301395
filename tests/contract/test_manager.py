"""The manager over moto, and over DynamoDB Local where it is there: what DynamoDB has the last word on."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from headrace import (
    ConditionNotMetError,
    DynamoDBManager,
    RequestInvalidError,
    TableExistsError,
    TableNotFoundError,
    TableProtectedError,
    TransactionCancelledError,
)
from headrace.aws.manager.aliases import reserved_words
from tests.contract.conftest import LOCAL, REGION

KEY = {"id": "a", "at": 1}


@pytest.fixture(params=["moto", *(["local"] if LOCAL else [])])
def manager(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoDBManager]:
    """With a table `orders` with the keys id (S) and at (N), and an index by city (S) and at."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    if request.param == "moto":
        request.getfixturevalue("aws")
    manager = DynamoDBManager(REGION, LOCAL if request.param == "local" else None)
    index = {"IndexName": "by-city", "PartitionKey": "city", "SortKey": "at", "SortKeyType": "N"}
    manager.create_table_with_indexes(
        "orders", "id", "at", sort_key_type="N", global_secondary_indexes=[index]
    )
    yield manager
    for table in manager.list_tables():
        manager.set_deletion_protection(table, False)
        manager.delete_table(table)


def test_every_kind_of_value_comes_back(manager: DynamoDBManager) -> None:
    item = {
        **KEY,
        "float": 0.1,
        "tiny": 1e-7,
        "large": Decimal("1.2345678901234567890123456789012345678E+100"),
        "binary": b"\0\xff",
        "none": None,
        "bool": False,
        "sets": [{"x", "y"}, {Decimal("1.5"), Decimal(2)}, {b"1", b"2"}],
        "map": {"list": [1, "a", {"b": []}], "empty": {}, "text": ""},
    }
    manager.insert_item("orders", item)
    stored = item | {"float": Decimal("0.1"), "tiny": Decimal("1E-7")}
    assert manager.get_item("orders", KEY, consistent_read=True) == stored
    assert manager.batch_insert_items("orders", [item | {"at": 2}]).written == 1
    assert manager.get_item("orders", {"id": "a", "at": 2}) == stored | {"at": 2}


def test_an_item_is_inserted_only_where_there_is_none(manager: DynamoDBManager) -> None:
    manager.insert_item("orders", {**KEY, "n": 1}, overwrite=False)
    with pytest.raises(ConditionNotMetError) as caught:
        manager.insert_item("orders", {**KEY, "n": 2}, overwrite=False)
    assert caught.value.item == {**KEY, "n": 1}
    manager.insert_item("orders", {**KEY, "n": 3})
    assert manager.get_item("orders", KEY) == {**KEY, "n": 3}


def test_an_item_is_inserted_and_deleted_under_a_condition(manager: DynamoDBManager) -> None:
    manager.insert_item("orders", {**KEY, "Status": "open"})
    for expression, values in ((Attr("Status").eq("shut"), None), ("Status = :s", {":s": "shut"})):
        condition: dict[str, Any] = {"condition_expression": expression, "condition_values": values}
        with pytest.raises(ConditionNotMetError):
            manager.insert_item("orders", KEY, **condition)
        with pytest.raises(ConditionNotMetError) as caught:
            manager.delete_item("orders", KEY, **condition)
        assert caught.value.item == {**KEY, "Status": "open"}
    old = manager.delete_item("orders", KEY, condition_expression=Attr("Status").eq("open"), return_old=True)
    assert old == {**KEY, "Status": "open"}
    assert manager.delete_item("orders", KEY, return_old=True) is None


def test_an_update_returns_what_it_is_asked_for(manager: DynamoDBManager) -> None:
    def update(returned: Any) -> dict[str, Any]:
        expression = "SET #n = if_not_exists(#n, :zero) + :one REMOVE Data"
        values = {":zero": 0, ":one": 1}
        return manager.update_item(
            "orders", KEY, expression, values, names={"#n": "n"}, return_values=returned
        )

    assert update("ALL_NEW") == {**KEY, "n": 1}
    assert update("UPDATED_OLD") == {"n": 1}
    assert update("NONE") == {}
    assert manager.get_item("orders", KEY) == {**KEY, "n": 3}


def test_every_reserved_word_can_be_an_attribute(manager: DynamoDBManager) -> None:
    words = sorted(reserved_words() - {"NOT"})
    for start in range(0, len(words), 40):
        some = words[start : start + 40]
        sets = ", ".join(f"{word} = :v" for word in some)
        found = manager.update_item("orders", KEY, f"SET {sets}", {":v": 1})
        assert found.keys() >= set(some)
        condition = " AND ".join(f"{word} = :v" for word in some)
        assert manager.scan_table("orders", filter_expression=condition, values={":v": 1}, projection=some)


def test_queries_and_scans_read_many_pages(manager: DynamoDBManager) -> None:
    items = [{"id": "a", "at": at, "city": "Bern", "text": "x" * 50_000} for at in range(60)]
    assert manager.batch_insert_items("orders", items).written == 60
    text = manager.query_items("orders", "id = :id", values={":id": "a"}, projection="at")
    assert [item["at"] for item in text] == list(range(60))
    condition = Key("city").eq("Bern") & Key("at").gte(10)
    backwards = manager.iter_query("orders", condition, index_name="by-city", scan_forward=False)
    assert [item["at"] for item in backwards] == list(range(59, 9, -1))
    few = manager.query_items("orders", condition, index_name="by-city", limit=3)
    assert [item["at"] for item in few] == [10, 11, 12]
    odd = manager.scan_table("orders", filter_expression=Attr("at").is_in([1, 3]), parallel=4)
    assert sorted(item["at"] for item in odd) == [1, 3]
    assert len(list(manager.iter_scan("orders", index_name="by-city", limit=17))) == 17
    keys = [{"id": "a", "at": at} for at in range(50, 70)]
    assert len(manager.batch_get_items("orders", keys, projection="at")) == 10
    assert manager.batch_delete_items("orders", manager.iter_scan("orders")).written == 60
    assert manager.scan_table("orders", consistent_read=True) == []


def test_an_item_with_the_wrong_type_of_a_key_fails_alone(manager: DynamoDBManager) -> None:
    items: list[dict[str, Any]] = [{"id": "a", "at": 1}, {"id": "a", "at": "two"}, {"id": "a", "at": 3}]
    result = manager.batch_insert_items("orders", items)
    assert (result.written, [failure.item for failure in result.failures]) == (2, items[1:2])
    assert "ype" in result.failures[0].reason, "DynamoDB's own words: Type mismatch"


def test_statements_of_a_transaction_may_be_plain_and_typed(manager: DynamoDBManager) -> None:
    manager.insert_item("orders", {**KEY, "Total": 5})
    typed = {"id": {"S": "b"}, "at": {"N": "2"}, "raw": {"B": b"x"}}
    manager.transact_write_items(
        [
            {"Put": {"TableName": "orders", "Item": typed}},
            {"Put": {"TableName": "orders", "Item": {"id": "c", "at": 3, "map": {"S": "plain"}}}},
            {
                "Update": {
                    "TableName": "orders",
                    "Key": KEY,
                    "UpdateExpression": "SET Total = Total + :n",
                    "ConditionExpression": Attr("Total").lt(10),
                    "ExpressionAttributeValues": {":n": 1.5},
                }
            },
            {
                "ConditionCheck": {
                    "TableName": "orders",
                    "Key": {"id": "z", "at": 0},
                    "ConditionExpression": "attribute_not_exists(id)",
                }
            },
        ]
    )
    keys = [{"id": "b", "at": 2}, {"id": {"S": "c"}, "at": {"N": "3"}}, KEY, {"id": "z", "at": 0}]
    gets = [{"Get": {"TableName": "orders", "Key": key}} for key in keys]
    assert manager.transact_get_items(gets) == [
        {"id": "b", "at": 2, "raw": b"x"},
        {"id": "c", "at": 3, "map": {"S": "plain"}},
        {**KEY, "Total": Decimal("6.5")},
        None,
    ]


def test_a_transaction_whose_condition_fails_changes_nothing_and_says_which(manager: DynamoDBManager) -> None:
    check = {"TableName": "orders", "Key": KEY, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(TransactionCancelledError, match=r"transact_items\[1\]") as caught:
        manager.transact_write_items(
            [{"Put": {"TableName": "orders", "Item": {"id": "b", "at": 2}}}, {"ConditionCheck": check}]
        )
    assert caught.value.reasons == (None, "ConditionalCheckFailed")
    assert manager.scan_table("orders") == []


def test_partiql_reads_and_writes(manager: DynamoDBManager) -> None:
    manager.execute_partiql("INSERT INTO \"orders\" VALUE {'id': 'a', 'at': 1, 'n': 1}")
    found = manager.execute_partiql('SELECT * FROM "orders" WHERE "id" = ?', ["a"])
    assert found == [{**KEY, "n": 1}]
    with pytest.raises(TableNotFoundError, match="names a table that is not there"):
        manager.execute_partiql('SELECT * FROM "others"')


def test_time_to_live_is_switched_and_told(manager: DynamoDBManager) -> None:
    assert manager.ttl_attribute("orders") is None
    manager.disable_ttl("orders")
    for _ in range(2):
        manager.enable_ttl("orders", "expires")
    assert manager.ttl_attribute("orders") == "expires"
    with pytest.raises(RequestInvalidError, match="items expire by 'expires'"):
        manager.enable_ttl("orders", "until")
    manager.disable_ttl("orders", "until")
    assert manager.ttl_attribute("orders") == "expires"
    manager.disable_ttl("orders", "expires")
    assert manager.ttl_attribute("orders") is None


def test_a_table_is_told_by_its_size_and_its_capacity(manager: DynamoDBManager) -> None:
    manager.insert_item("orders", KEY)
    (summary,) = manager.summarize_tables()
    assert (summary.name, summary.status, summary.billing_mode) == ("orders", "ACTIVE", "PAY_PER_REQUEST")
    assert summary.items == 1
    assert [one.index for one in summary.capacities] == [None, "by-city"]


def test_capacity_is_changed_and_read_back(manager: DynamoDBManager) -> None:
    manager.update_capacity("orders", 5, 6, billing_mode="PROVISIONED")
    manager.update_capacity("orders", 7, indexes={"by-city": (8, 9)})
    found = manager.summarize_table("orders").capacities
    assert [(one.read, one.write) for one in found] == [(7, 6), (8, 9)]
    assert manager.update_capacity("orders", billing_mode="PAY_PER_REQUEST").billing_mode == "PAY_PER_REQUEST"


def test_a_table_is_made_once_and_protected_and_deleted(manager: DynamoDBManager) -> None:
    with pytest.raises(TableExistsError, match="table 'orders' already"):
        manager.create_table_with_indexes("orders", "id")
    manager.create_table_with_indexes("customers", "id", deletion_protection=True, tags={"team": "north"})
    with pytest.raises(TableProtectedError, match="set_deletion_protection"):
        manager.delete_table("customers")
    manager.set_deletion_protection("customers", False)
    manager.delete_table("customers")
    assert not manager.table_exists("customers")
    assert manager.list_tables() == ["orders"]


@pytest.mark.parametrize(
    "call",
    [
        lambda manager: manager.get_item("others", KEY),
        lambda manager: manager.batch_insert_items("others", [KEY]),
        lambda manager: manager.describe_table("others"),
        lambda manager: manager.delete_table("others"),
        lambda manager: manager.wait_until_active("others"),
    ],
)
def test_a_table_that_is_not_there_is_told_by_its_name(manager: DynamoDBManager, call: Any) -> None:
    with pytest.raises(TableNotFoundError, match="no table 'others'"):
        call(manager)


@pytest.mark.usefixtures("aws")
def test_a_table_can_be_restored_to_a_point_in_time() -> None:
    manager = DynamoDBManager(REGION)
    manager.create_table_with_indexes("orders", "id", point_in_time_recovery=True)
    client = manager.table("orders").meta.client
    backups = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
