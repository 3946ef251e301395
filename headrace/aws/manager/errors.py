"""Where an error of one of the library's calls becomes one of ours, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from headrace.aws.errors import MINE, code_of, table_errors, text_of
from headrace.aws.manager.values import plain_item
from headrace.errors import (
    ConditionNotMetError,
    CredentialsError,
    HeadraceError,
    LimitReachedError,
    RequestInvalidError,
    TableExistsError,
    TableNotFoundError,
    TransactionCancelledError,
)

_WHOLE_KEY = "give the table's key attributes, all of them and no others, of their types"
_REMEDIES = {
    "reserved keyword": "give the attribute a placeholder in `names`",
    "does not exist in the item": "start with a value: `SET Count = if_not_exists(Count, :zero) + :one`",
    "does not match the schema": _WHOLE_KEY,
    "number of conditions on the keys": _WHOLE_KEY,
}
"""What to do about some of DynamoDB's refusals, by words that stand in them."""


@contextmanager
def request_errors(method: str, table: str | None) -> Iterator[None]:
    """Turns errors of a call into ours.

    Args:
        method: of the client, such as `put_item`.
        table: whose name the texts have; None: the call is about no one table.
    """
    where = f"table {table!r}" if table else method
    with table_errors(table or "*", MINE):
        try:
            yield
        except ParamValidationError as error:
            raise RequestInvalidError([f"{where}: {error}"]) from error
        except ClientError as error:
            ours = _error_of(where, method, table, error)
            if ours is None:
                raise
            raise ours from error


def _error_of(where: str, method: str, table: str | None, error: ClientError) -> HeadraceError | None:
    code = code_of(error)
    if code == "ResourceInUseException" and method == "create_table":
        return TableExistsError(f"there is a {where} already; use it, or name another")
    if code == "ResourceNotFoundException" and table is None:
        return TableNotFoundError(f"{where}: {text_of(error)}: it names a table that is not there")
    return _OURS[code](where, error) if code in _OURS else None


def _invalid(where: str, error: ClientError) -> HeadraceError:
    text = f"{where}: {text_of(error)}"
    remedies = [remedy for words, remedy in _REMEDIES.items() if words in text]
    return RequestInvalidError(["; ".join([text, *remedies])])


def _not_met(where: str, error: ClientError) -> HeadraceError:
    item = _response(error).get("Item")
    text = f"{where}: the item is not as the condition wants it"
    return ConditionNotMetError(text, plain_item(item) if item else None)


def _not_accepted(where: str, error: ClientError) -> HeadraceError:
    return CredentialsError(
        f"{where}: {text_of(error)}; see what `aws configure list` shows, or sign in again"
    )


def _limit(where: str, error: ClientError) -> HeadraceError:
    return LimitReachedError(f"{where}: {text_of(error)}; wait, or see the account's quotas")


def _cancelled(_: str, error: ClientError) -> HeadraceError:
    reasons = _response(error).get("CancellationReasons", [])
    codes = [None if one.get("Code") in (None, "None") else one["Code"] for one in reasons]
    told = [
        f"transact_items[{position}]: {code}: {reason.get('Message', '')}"
        for position, (code, reason) in enumerate(zip(codes, reasons, strict=True))
        if code
    ]
    text = "nothing of the transaction was carried out: " + "; ".join(told or [text_of(error)])
    return TransactionCancelledError(text, codes)


def _response(error: ClientError) -> dict[str, Any]:
    return dict(error.response)


_OURS = {
    "ConditionalCheckFailedException": _not_met,
    "DuplicateItemException": _not_met,
    "ExpiredTokenException": _not_accepted,
    "IdempotentParameterMismatchException": _invalid,
    "IncompleteSignature": _not_accepted,
    "InvalidClientTokenId": _not_accepted,
    "InvalidSignatureException": _not_accepted,
    "ItemCollectionSizeLimitExceededException": _invalid,
    "LimitExceededException": _limit,
    "MissingAuthenticationTokenException": _not_accepted,
    "SerializationException": _invalid,
    "TransactionCanceledException": _cancelled,
    "UnrecognizedClientException": _not_accepted,
    "ValidationException": _invalid,
}
