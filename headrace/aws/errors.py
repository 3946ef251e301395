"""The one place where an error of the SDK becomes one of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from headrace.errors import (
    HeadraceError,
    SourceAccessError,
    SourceChangedError,
    SourceNotFoundError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
    WriteRefusedError,
)

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "403",
    "UnauthorizedOperation",
    "KMSAccessDeniedException",
}
_THROTTLED = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "Throttling",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "503",
}
_REFUSED = {"ValidationException", "SerializationException", "ItemCollectionSizeLimitExceededException"}


def code_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def text_of(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Message", "") or str(error)


@contextmanager
def table_errors(table: str) -> Iterator[None]:
    """Turns errors of calls about a user's table into ours, which name the table."""
    try:
        yield
    except ClientError as error:
        raise _table_error(table, error) from error
    except BotoCoreError as error:
        raise TransientError(f"table {table!r}: {error}") from error


def _table_error(table: str, error: ClientError) -> HeadraceError:
    code, text = code_of(error), text_of(error)
    if code == "ResourceNotFoundException":
        return TableNotFoundError(
            f"target: there is no table {table!r} in this account and region; create it, or name another"
        )
    if code in _DENIED:
        return TableAccessError(
            f"target: the stack's roles may not use table {table!r} ({text}); "
            "deploy with the context setting tables including it, and see the table's resource policy"
        )
    if code in _THROTTLED:
        return ThrottledError(f"table {table!r}: {text}", _throttling_reasons(error))
    if code in _REFUSED:
        return WriteRefusedError(text)
    return TransientError(f"table {table!r}: {code}: {text}")


def _throttling_reasons(error: ClientError) -> list[str]:
    response: dict[str, Any] = dict(error.response)
    reasons = response.get("ThrottlingReasons") or []
    return [reason.get("reason", code_of(error)) for reason in reasons] or [code_of(error)]


@contextmanager
def source_errors(url: str) -> Iterator[None]:
    """Turns errors of calls about a user's object into ours, which name the object."""
    try:
        yield
    except ClientError as error:
        raise _source_error(url, error) from error
    except BotoCoreError as error:
        raise TransientError(f"{url}: {error}") from error


def _source_error(url: str, error: ClientError) -> HeadraceError:
    code, text = code_of(error), text_of(error)
    if code in {"404", "NoSuchKey", "NoSuchBucket", "NotFound"}:
        return SourceNotFoundError(f"source: there is no object {url}: check bucket and key")
    if code in _DENIED:
        return SourceAccessError(
            f"source: the stack's roles may not read {url}; put the object into the stack's data bucket"
        )
    if code in {"412", "PreconditionFailed"}:
        return SourceChangedError(
            f"source: {url} was replaced while the job ran; start the job again with what is there now"
        )
    return TransientError(f"{url}: {code}: {text}")


@contextmanager
def service_errors(what: str) -> Iterator[None]:
    """Turns errors of calls to the stack's own resources into TransientError: they are there, and the
    roles may use them, or the deployment is broken and trying again ends soon enough."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise TransientError(f"{what}: {error}") from error
