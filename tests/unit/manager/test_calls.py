"""What is throttled is tried again within bounds; what may have been carried out, only if that is safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, NoCredentialsError, ParamValidationError

from headrace import (
    ConditionNotMetError,
    CredentialsError,
    DynamoDBManager,
    HeadraceError,
    LimitReachedError,
    RequestInvalidError,
    TableAccessError,
    TableExistsError,
    TableNotFoundError,
    ThrottledError,
    TransactionCancelledError,
    TransientError,
)
from tests.fakes import FakeClock
from tests.unit.manager.clients import ScriptedClient, manager_of, refusal

KEY = {"id": "a", "at": 1}
THROTTLED = refusal("ProvisionedThroughputExceededException", "too fast")
LOST = ConnectionClosedError(endpoint_url="https://dynamodb")
PUT = [{"Put": {"TableName": "orders", "Item": KEY}}]

Call = Callable[[DynamoDBManager], object]
REPEATABLE: dict[str, Call] = {
    "get": lambda manager: manager.get_item("orders", KEY),
    "put": lambda manager: manager.insert_item("orders", KEY),
    "delete": lambda manager: manager.delete_item("orders", KEY),
    "transaction": lambda manager: manager.transact_write_items(PUT),
    "query": lambda manager: manager.query_items("orders", "id = :id", values={":id": "a"}),
    "select": lambda manager: manager.execute_partiql('SELECT * FROM "orders"'),
}
ONCE: dict[str, Call] = {
    "update": lambda manager: manager.update_item("orders", KEY, "SET a = :a", {":a": 1}),
    "conditional put": lambda manager: manager.insert_item("orders", KEY, condition_expression="a = b"),
    "delete with the old item": lambda manager: manager.delete_item("orders", KEY, return_old=True),
    "statement": lambda manager: manager.execute_partiql('DELETE FROM "orders"'),
}
DONE: dict[str, Any] = {"Items": []}


@pytest.mark.parametrize("call", (REPEATABLE | ONCE).values(), ids=[*REPEATABLE, *ONCE])
def test_a_throttled_call_is_tried_again_after_a_pause(call: Call) -> None:
    client, clock = ScriptedClient(THROTTLED, THROTTLED, DONE), FakeClock()
    started = clock.now()
    call(manager_of(client, clock))
    assert len(client.calls) == 3
    assert 0 < clock.now() - started <= 0.15


def test_a_call_that_is_always_throttled_ends_with_its_reasons() -> None:
    reasons = [{"reason": "TableWriteKeyRangeThroughputExceeded"}]
    client = ScriptedClient(refusal("ThrottlingException", "hot", ThrottlingReasons=reasons))
    with pytest.raises(ThrottledError, match=r"table 'orders': hot \(tried 7 times\)") as caught:
        manager_of(client, max_tries=7).insert_item("orders", KEY)
    assert len(client.calls) == 7
    assert caught.value.reasons == ("TableWriteKeyRangeThroughputExceeded",)


@pytest.mark.parametrize("call", REPEATABLE.values(), ids=REPEATABLE)
def test_a_lost_call_is_tried_again_where_twice_is_as_good_as_once(call: Call) -> None:
    client = ScriptedClient(LOST, LOST, DONE)
    call(manager_of(client))
    assert len(client.calls) == 3


@pytest.mark.parametrize("call", ONCE.values(), ids=ONCE)
def test_a_lost_call_is_not_tried_again_where_twice_is_not_as_good_as_once(call: Call) -> None:
    client = ScriptedClient(LOST, DONE)
    with pytest.raises(TransientError, match="not known whether the call was carried out"):
        call(manager_of(client))
    assert len(client.calls) == 1


def test_a_lost_call_ends_sooner_than_a_throttled_one() -> None:
    client = ScriptedClient(LOST)
    with pytest.raises(TransientError, match="Connection was closed"):
        manager_of(client).get_item("orders", KEY)
    assert len(client.calls) == 4


def test_a_repeated_transaction_has_the_token_of_the_first_try() -> None:
    client = ScriptedClient(LOST, {})
    manager = manager_of(client)
    manager.transact_write_items(PUT)
    manager.transact_write_items(PUT)
    first, again, other = (request["ClientRequestToken"] for _, request in client.calls)
    assert first == again != other


def cancelled(*codes: str) -> HeadraceError | BaseException:
    reasons = [{"Code": code, "Message": f"{code}!"} for code in codes]
    return refusal("TransactionCanceledException", "cancelled", CancellationReasons=reasons)


def test_a_transaction_that_met_another_one_is_tried_again() -> None:
    client = ScriptedClient(cancelled("None", "TransactionConflict"), cancelled("ThrottlingError"), {})
    manager_of(client).transact_write_items(PUT)
    assert len(client.calls) == 3


def test_a_transaction_whose_condition_fails_is_not_tried_again() -> None:
    client = ScriptedClient(cancelled("TransactionConflict", "None", "ConditionalCheckFailed"))
    with pytest.raises(TransactionCancelledError, match=r"items\[2\]: ConditionalCheckFailed: ") as caught:
        manager_of(client).transact_write_items(PUT)
    assert len(client.calls) == 1
    assert caught.value.reasons == ("TransactionConflict", None, "ConditionalCheckFailed")


ERRORS: list[tuple[BaseException, type[HeadraceError], str]] = [
    (refusal("ResourceNotFoundException"), TableNotFoundError, "no table 'orders'"),
    (refusal("AccessDeniedException"), TableAccessError, "these credentials may not use table 'orders'"),
    (refusal("ValidationException", "odd"), RequestInvalidError, "table 'orders': odd"),
    (refusal("LimitExceededException"), LimitReachedError, "quotas"),
    (refusal("ExpiredTokenException", "expired"), CredentialsError, "expired; see"),
    (refusal("UnrecognizedClientException"), CredentialsError, "sign in again"),
    (refusal("ConditionalCheckFailedException"), ConditionNotMetError, "table 'orders'"),
    (NoCredentialsError(), CredentialsError, "locate credentials"),
    (ParamValidationError(report="odd"), RequestInvalidError, "odd"),
]


@pytest.mark.parametrize(("error", "ours", "text"), ERRORS)
def test_an_error_of_the_sdk_becomes_one_of_ours_and_is_not_tried_again(
    error: BaseException, ours: type[HeadraceError], text: str
) -> None:
    client = ScriptedClient(error)
    with pytest.raises(ours, match=text):
        manager_of(client).get_item("orders", KEY)
    assert len(client.calls) == 1


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ("The provided key element does not match the schema", "all of them and no others"),
        ("The number of conditions on the keys is invalid", "all of them and no others"),
        ("Attribute name is a reserved keyword; reserved keyword: NOT", "a placeholder in `names`"),
        ("an attribute that does not exist in the item", "if_not_exists"),
    ],
)
def test_a_common_refusal_says_what_to_do(words: str, remedy: str) -> None:
    with pytest.raises(RequestInvalidError, match=remedy):
        manager_of(ScriptedClient(refusal("ValidationException", words))).get_item("orders", KEY)


def test_a_table_that_is_in_use_is_there_already_only_for_who_makes_it() -> None:
    in_use = refusal("ResourceInUseException", "in use")
    with pytest.raises(TableExistsError, match="table 'orders' already"):
        manager_of(ScriptedClient(in_use)).create_table_with_indexes("orders", "id")
    client = ScriptedClient(in_use, {})
    manager_of(client).set_deletion_protection("orders", True)
    assert len(client.calls) == 2
