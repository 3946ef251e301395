"""What users of a manager for DynamoDB write, as they write it."""

from __future__ import annotations

import time
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

from headrace import ConditionNotMetError, DynamoDBManager, RequestInvalidError

AT = "2024-12-20T10:00:00Z"
USER = {"UserID": "user123", "Timestamp": AT}
JOHN = {**USER, "Email": "john@example.com", "Name": "John Doe", "Age": 30}


@pytest.fixture
def manager(endpoint: str | None) -> DynamoDBManager:
    return DynamoDBManager(region_name="us-east-1", endpoint_url=endpoint)


@pytest.fixture
def users(manager: DynamoDBManager) -> DynamoDBManager:
    """With the table of the first example."""
    manager.create_table_with_indexes(
        table_name="Users",
        partition_key="UserID",
        sort_key="Timestamp",
        billing_mode="PAY_PER_REQUEST",
        global_secondary_indexes=[
            {
                "IndexName": "EmailIndex",
                "PartitionKey": "Email",
                "PartitionKeyType": "S",
                "ProjectionType": "ALL",
            }
        ],
        local_secondary_indexes=[
            {
                "IndexName": "UserRatingIndex",
                "SortKey": "Rating",
                "SortKeyType": "N",
                "ProjectionType": "ALL",
            }
        ],
        stream_enabled=True,
        ttl_attribute="ExpirationTime",
    )
    return manager


@pytest.fixture
def john(users: DynamoDBManager) -> DynamoDBManager:
    users.insert_item("Users", JOHN)
    return users


def keyed_by(manager: DynamoDBManager, table: str, key: str) -> None:
    manager.create_table_with_indexes(table, key)


def names(items: list[dict[str, Any]]) -> list[str]:
    return [item["Name"] for item in items]


def test_the_table_has_its_keys_indexes_stream_and_time_to_live(users: DynamoDBManager) -> None:
    found = users.describe_table("Users")
    types = {one["AttributeName"]: one["AttributeType"] for one in found["AttributeDefinitions"]}
    assert types == {"UserID": "S", "Timestamp": "S", "Email": "S", "Rating": "N"}
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["EmailIndex"]
    assert [index["IndexName"] for index in found["LocalSecondaryIndexes"]] == ["UserRatingIndex"]
    assert found["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert users.ttl_attribute("Users") == "ExpirationTime"


def test_a_single_item_is_inserted_and_got_by_its_key(users: DynamoDBManager) -> None:
    users.insert_item(
        "Users",
        {
            "UserID": "user123",
            "Email": "john@example.com",
            "Name": "John Doe",
            "Age": 30,
            "Timestamp": "2024-12-20T10:00:00Z",
        },
    )
    user = users.get_item("Users", {"UserID": "user123", "Timestamp": "2024-12-20T10:00:00Z"})
    assert user == JOHN


def test_a_batch_is_inserted(manager: DynamoDBManager) -> None:
    keyed_by(manager, "Users", "UserID")
    users = [
        {"UserID": "user1", "Name": "Alice", "Email": "alice@example.com"},
        {"UserID": "user2", "Name": "Bob", "Email": "bob@example.com"},
    ]
    result = manager.batch_insert_items("Users", users)
    assert (result.read, result.written, result.failed) == (2, 2, 0)
    assert sorted(names(manager.scan_table("Users"))) == ["Alice", "Bob"]


def test_a_batch_without_the_sort_key_of_its_table_is_told_item_by_item(users: DynamoDBManager) -> None:
    result = users.batch_insert_items("Users", [{"UserID": "user1", "Name": "Alice"}, JOHN])
    assert (result.written, result.failed) == (1, 1)
    assert "no attribute 'Timestamp'" in result.failures[0].reason


def test_the_items_of_a_user_are_queried(john: DynamoDBManager) -> None:
    john.insert_item("Users", {"UserID": "user123", "Timestamp": "2023-01-01", "Name": "Before"})
    items = john.query_items("Users", Key("UserID").eq("user123"))
    assert names(items) == ["Before", "John Doe"]
    items = john.query_items("Users", Key("UserID").eq("user123") & Key("Timestamp").begins_with("2024-12"))
    assert names(items) == ["John Doe"]


def test_an_index_is_queried(john: DynamoDBManager) -> None:
    items = john.query_items("Users", Key("Email").eq("john@example.com"), index_name="EmailIndex")
    assert items == [JOHN]


def test_a_query_is_filtered(john: DynamoDBManager) -> None:
    john.insert_item("Users", {**JOHN, "Timestamp": "2024-12-21", "Age": 26, "Status": "active"})
    items = john.query_items(
        "Users",
        Key("UserID").eq("user123"),
        filter_expression=Attr("Age").gt(25) & Attr("Status").eq("active"),
    )
    assert [item["Age"] for item in items] == [26]


def test_a_scan_is_filtered(john: DynamoDBManager) -> None:
    john.insert_item("Users", {**JOHN, "Timestamp": "2024-12-21", "Age": 41})
    items = john.scan_table("Users", filter_expression=Attr("Age").between(25, 40))
    assert items == [JOHN]


def test_attributes_are_updated(john: DynamoDBManager) -> None:
    john.update_item(
        "Users",
        {"UserID": "user123", "Timestamp": "2024-12-20T10:00:00Z"},
        "SET Age = :age, LastLogin = :login",
        {":age": 31, ":login": "2024-12-20T14:30:00Z"},
    )
    assert john.get_item("Users", USER) == {**JOHN, "Age": 31, "LastLogin": "2024-12-20T14:30:00Z"}


def _add_to_balance(manager: DynamoDBManager) -> dict[str, Any]:
    return manager.update_item(
        "Users",
        {"UserID": "user123", "Timestamp": "2024-12-20T10:00:00Z"},
        "SET Balance = Balance + :amount, Version = Version + :inc",
        {":amount": 100, ":inc": 1},
        condition_expression="Version = :expected",
        condition_values={":expected": 5},
    )


def test_an_update_is_made_once_where_the_version_is_the_expected_one(john: DynamoDBManager) -> None:
    john.insert_item("Users", {**JOHN, "Balance": 20, "Version": 5})
    assert _add_to_balance(john) == {**JOHN, "Balance": 120, "Version": 6}
    with pytest.raises(ConditionNotMetError) as caught:
        _add_to_balance(john)
    assert caught.value.item == {**JOHN, "Balance": 120, "Version": 6}


def test_a_counter_counts_from_nothing(john: DynamoDBManager) -> None:
    for count in (1, 2):
        updated = john.update_item(
            "Users",
            {"UserID": "user123", "Timestamp": "2024-12-20T10:00:00Z"},
            "SET LoginCount = if_not_exists(LoginCount, :zero) + :inc",
            {":zero": 0, ":inc": 1},
        )
        assert updated["LoginCount"] == count


def test_a_single_item_is_deleted(john: DynamoDBManager) -> None:
    john.delete_item("Users", {"UserID": "user123", "Timestamp": "2024-12-20T10:00:00Z"})
    assert john.get_item("Users", USER) is None


def test_a_batch_is_deleted(users: DynamoDBManager) -> None:
    keys = [
        {"UserID": "user1", "Timestamp": "2024-12-01T10:00:00Z"},
        {"UserID": "user2", "Timestamp": "2024-12-02T11:00:00Z"},
    ]
    users.batch_insert_items("Users", [*keys, JOHN])
    users.batch_delete_items("Users", keys)
    assert users.scan_table("Users") == [JOHN]


TRANSACTION = [
    {
        "Put": {
            "TableName": "Users",
            "Item": {"UserID": {"S": "user123"}, "Name": {"S": "John Doe"}, "Balance": {"N": "1000"}},
        }
    },
    {
        "Update": {
            "TableName": "Accounts",
            "Key": {"AccountID": {"S": "acc123"}},
            "UpdateExpression": "SET Balance = Balance - :amount",
            "ExpressionAttributeValues": {":amount": {"N": "100"}},
            "ConditionExpression": "Balance >= :amount",
        }
    },
]


def test_a_transaction_is_carried_out_in_both_tables(manager: DynamoDBManager) -> None:
    keyed_by(manager, "Users", "UserID")
    keyed_by(manager, "Accounts", "AccountID")
    manager.insert_item("Accounts", {"AccountID": "acc123", "Balance": 250})
    manager.transact_write_items(TRANSACTION)
    user = manager.get_item("Users", {"UserID": "user123"})
    assert user == {"UserID": "user123", "Name": "John Doe", "Balance": 1000}
    assert manager.get_item("Accounts", {"AccountID": "acc123"}) == {"AccountID": "acc123", "Balance": 150}


def test_an_item_expires(manager: DynamoDBManager) -> None:
    keyed_by(manager, "Sessions", "SessionID")
    manager.enable_ttl("Sessions", "ExpirationTime")
    expires = int(time.time()) + 3600
    manager.insert_item(
        "Sessions",
        {"SessionID": "sess123", "UserID": "user123", "Data": "session data", "ExpirationTime": expires},
    )
    assert manager.ttl_attribute("Sessions") == "ExpirationTime"
    assert manager.scan_table("Sessions")[0]["ExpirationTime"] == expires


def test_an_index_has_only_the_items_with_its_key(manager: DynamoDBManager) -> None:
    manager.create_table_with_indexes(
        "Users",
        "UserID",
        global_secondary_indexes=[
            {"IndexName": "PremiumUserIndex", "PartitionKey": "PremiumSince", "ProjectionType": "ALL"}
        ],
    )
    items = [{"UserID": "user1", "PremiumSince": "2024"}, {"UserID": "user2"}]
    manager.batch_insert_items("Users", items)
    for item in items:
        manager.insert_item("Users", item)
    assert manager.scan_table("Users", index_name="PremiumUserIndex") == items[:1]
    assert manager.scan_table("Users", filter_expression=Attr("UserID").eq("user2")) == items[1:]


def test_only_the_attributes_of_a_projection_are_read(john: DynamoDBManager) -> None:
    table = john.table("Users")
    found = table.get_item(Key=USER, ProjectionExpression="Name,Email")
    assert found["Item"] == {"Name": "John Doe", "Email": "john@example.com"}
    assert john.get_item("Users", USER, projection="Name,Email") == found["Item"]


def test_a_time_series_is_queried_between_two_times(manager: DynamoDBManager) -> None:
    manager.create_table_with_indexes(
        table_name="SensorData",
        partition_key="DeviceID",
        sort_key="Timestamp",
        billing_mode="PAY_PER_REQUEST",
    )
    times = ["2024-11-30T23:59:59Z", "2024-12-01T00:00:00Z", "2024-12-20T23:59:59Z", "2024-12-21T00:00:00Z"]
    manager.batch_insert_items("SensorData", ({"DeviceID": "device123", "Timestamp": at} for at in times))
    recent_data = manager.query_items(
        "SensorData",
        Key("DeviceID").eq("device123")
        & Key("Timestamp").between("2024-12-01T00:00:00Z", "2024-12-20T23:59:59Z"),
    )
    assert [item["Timestamp"] for item in recent_data] == times[1:3]


def test_one_table_has_several_kinds_of_items(manager: DynamoDBManager) -> None:
    manager.create_table_with_indexes("Shop", "PK", "SK")
    items: list[dict[str, Any]] = [
        {"PK": "USER#user123", "SK": "PROFILE", "Name": "John"},
        {"PK": "USER#user123", "SK": "ORDER#2024-12-01", "Total": 150},
        {"PK": "USER#user123", "SK": "ORDER#2024-12-15", "Total": 75},
        {"PK": "PRODUCT#prod456", "SK": "METADATA", "Name": "Laptop"},
        {"PK": "PRODUCT#prod456", "SK": "REVIEW#user123", "Rating": 5},
    ]
    assert manager.batch_insert_items("Shop", items).written == 5
    orders = manager.query_items("Shop", Key("PK").eq("USER#user123") & Key("SK").begins_with("ORDER#"))
    assert [order["Total"] for order in orders] == [150, 75]


def test_a_leaderboard_has_the_ten_best_players_first(manager: DynamoDBManager) -> None:
    manager.create_table_with_indexes(
        table_name="GameScores",
        partition_key="UserID",
        sort_key="GameID",
        global_secondary_indexes=[
            {
                "IndexName": "LeaderboardIndex",
                "PartitionKey": "GameID",
                "SortKey": "Score",
                "ProjectionType": "ALL",
            }
        ],
    )
    scores = [{"UserID": f"user{n}", "GameID": "game123", "Score": f"{n:06}"} for n in range(30)]
    manager.batch_insert_items("GameScores", scores)
    top_players = manager.query_items(
        "GameScores",
        Key("GameID").eq("game123"),
        index_name="LeaderboardIndex",
        scan_forward=False,
        limit=10,
    )
    assert [player["UserID"] for player in top_players] == [f"user{n}" for n in range(29, 19, -1)]


def test_a_table_is_provisioned(manager: DynamoDBManager) -> None:
    manager.create_table_with_indexes(
        table_name="Users",
        partition_key="UserID",
        billing_mode="PROVISIONED",
        read_capacity=10,
        write_capacity=5,
    )
    (capacity,) = manager.summarize_table("Users").capacities
    assert (capacity.read, capacity.write) == (10, 5)


def test_a_query_is_eventually_consistent(john: DynamoDBManager) -> None:
    assert john.query_items("Users", Key("UserID").eq("user123"), consistent_read=False) == [JOHN]


def test_logs_expire_after_ninety_days(manager: DynamoDBManager) -> None:
    keyed_by(manager, "Logs", "LogID")
    expiration_time = int(time.time()) + (90 * 24 * 60 * 60)
    manager.insert_item(
        "Logs", {"LogID": "log123", "Message": "Some log data", "ExpirationTime": expiration_time}
    )
    assert manager.get_item("Logs", {"LogID": "log123"}) == {
        "LogID": "log123",
        "Message": "Some log data",
        "ExpirationTime": Decimal(expiration_time),
    }


def test_an_update_of_what_is_not_there_says_how_to_start(john: DynamoDBManager) -> None:
    with pytest.raises(RequestInvalidError, match="if_not_exists"):
        john.update_item("Users", USER, "SET Balance = Balance + :amount", {":amount": 100})
