"""The one place where an error of the SDK becomes one of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    InvalidConfigError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from headrace.errors import (
    CredentialsError,
    HeadraceError,
    QueueAccessError,
    QueueNotFoundError,
    ReadRefusedError,
    RoleNotAllowedError,
    SourceAccessError,
    SourceChangedError,
    SourceNotFoundError,
    StackAccessError,
    TableAccessError,
    TableNotFoundError,
    ThrottledError,
    TransientError,
    WriteRefusedError,
)
from headrace.job.model import Place


class OwnPlace(Place):
    """What a person's own credentials reach, or a role that they assume, without a stack and its settings."""


HERE = Place()
"""The stack's own region, and its own roles."""
MINE = OwnPlace()
_NO_CREDENTIALS = (
    CredentialRetrievalError,
    InvalidConfigError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "403",
    "UnauthorizedOperation",
    "KMSAccessDeniedException",
    "KmsAccessDenied",
    "KMS.AccessDeniedException",
}
_NO_QUEUE = {
    "QueueDoesNotExist",
    "AWS.SimpleQueueService.NonExistentQueue",
    "NonExistentQueue",
    "InvalidAddress",
}
_NO_ROLE = _DENIED | {"ValidationError", "NoSuchEntity", "RegionDisabledException"}
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
def table_errors(table: str, place: Place = HERE) -> Iterator[None]:
    """Turns errors of calls about a user's table into ours, which name the table."""
    with _errors_of(f"table {table!r}", lambda error: _table_error(table, place, error)):
        yield


@contextmanager
def read_errors(table: str, place: Place = HERE) -> Iterator[None]:
    """The same where items are read: what DynamoDB refuses is the job's doing then."""
    try:
        with table_errors(table, place):
            yield
    except WriteRefusedError as error:
        raise ReadRefusedError(f"scan: DynamoDB refuses to read table {table!r}: {error}") from error


def _table_error(table: str, place: Place, error: ClientError) -> HeadraceError:
    code, text = code_of(error), text_of(error)
    if code == "ResourceNotFoundException":
        return TableNotFoundError(
            f"there is no table {table!r} in {_account_and_region(place)}; create it, or name another"
        )
    if code in _DENIED:
        return TableAccessError(f"{_user(place)} may not use table {table!r} ({text}); {_remedy(place)}")
    if code in _THROTTLED:
        return ThrottledError(f"table {table!r}: {text}", _throttling_reasons(error))
    if code in _REFUSED:
        return WriteRefusedError(text)
    return TransientError(f"table {table!r}: {code}: {text}")


def _account_and_region(place: Place) -> str:
    account = f"the account of role {place.role_arn}" if place.role_arn else "this account"
    return f"{account}, region {place.region}" if place.region else f"{account} and region"


def _user(place: Place) -> str:
    if isinstance(place, OwnPlace) and not place.role_arn:
        return "these credentials"
    return f"the role {place.role_arn}" if place.role_arn else "the stack's roles"


def _remedy(place: Place) -> str:
    if isinstance(place, OwnPlace):
        return "their policies have to allow it, and so has the table's resource policy if it has one"
    if place.role_arn:
        return "its policies have to allow it"
    return "deploy with the context setting tables including it, and see the table's resource policy"


def reasons_of(error: TransientError) -> tuple[str, ...]:
    """Why a call is to be tried again, in the service's words."""
    if isinstance(error, ThrottledError) and error.reasons:
        return error.reasons
    cause = error.__cause__
    return (code_of(cause) if isinstance(cause, ClientError) else type(cause or error).__name__,)


def _throttling_reasons(error: ClientError) -> list[str]:
    response: dict[str, Any] = dict(error.response)
    reasons = response.get("ThrottlingReasons") or []
    return [reason.get("reason", code_of(error)) for reason in reasons] or [code_of(error)]


@contextmanager
def source_errors(url: str) -> Iterator[None]:
    """Turns errors of calls about a user's object into ours, which name the object."""
    with _errors_of(url, lambda error: _source_error(url, error)):
        yield


@contextmanager
def queue_errors(url: str, place: Place = HERE) -> Iterator[None]:
    """Turns errors of calls about a user's queue into ours, which name the queue."""
    with _errors_of(f"queue {url}", lambda error: _queue_error(url, place, error)):
        yield


def _queue_error(url: str, place: Place, error: ClientError) -> HeadraceError:
    code, text = code_of(error), text_of(error)
    if code in _NO_QUEUE:
        return QueueNotFoundError(f"there is no queue {url} ({text}); create it, or name another")
    if code in _DENIED:
        remedy = "their policies have to allow it, and so has the queue's own if it has one"
        if not (place.role_arn or isinstance(place, OwnPlace)):
            remedy = "deploy with the context setting queues including it, and see the queue's own policy"
        return QueueAccessError(f"{_user(place)} may not send to queue {url} ({text}); {remedy}")
    return TransientError(f"queue {url}: {code}: {text}")


@contextmanager
def role_errors(role: str, external_id: str | None, is_stacks: bool = True) -> Iterator[None]:
    """Turns errors of AssumeRole into ours, which name the role.

    Args:
        is_stacks: whether it is a stack that assumes it, and no person.
    """
    with _errors_of(f"role {role}", lambda error: _role_error(role, external_id, is_stacks, error)):
        yield


def _role_error(role: str, external_id: str | None, is_stacks: bool, error: ClientError) -> HeadraceError:
    code, text = code_of(error), text_of(error)
    if code not in _NO_ROLE:
        return TransientError(f"role {role}: {code}: {text}")
    condition = f" with the external id {external_id!r}" if external_id else " without an external id"
    who, too = "these credentials", "their policies have to allow it, too"
    if is_stacks:
        who, too = "the stack's function roles", "the context setting roles has to include it"
    return RoleNotAllowedError(
        f"the role {role} may not be assumed ({text}): it has to be there, its trust policy has to allow "
        f"sts:AssumeRole to {who}{condition}, and {too}"
    )


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
def _errors_of(what: str, ours: Callable[[ClientError], HeadraceError]) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise ours(error) from error
    except BotoCoreError as error:
        raise _sdk_error(what, error) from error


@contextmanager
def credential_errors() -> Iterator[None]:
    """Turns errors of making a client into ours."""
    try:
        yield
    except BotoCoreError as error:
        raise _sdk_error("AWS", error) from error


def _sdk_error(what: str, error: BotoCoreError) -> HeadraceError:
    if isinstance(error, _NO_CREDENTIALS):
        return CredentialsError(
            f"{what}: {error}; name a profile and a region, set AWS_PROFILE and AWS_DEFAULT_REGION, "
            "or sign in with `aws sso login`"
        )
    return TransientError(f"{what}: {error}")


@contextmanager
def service_errors(what: str) -> Iterator[None]:
    """Turns errors of calls to the stack's own resources into TransientError: they are there, and the
    roles may use them, or the deployment is broken and trying again ends soon enough."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise TransientError(f"{what}: {error}") from error


@contextmanager
def user_errors(what: str) -> Iterator[None]:
    """The same of calls by somebody who uses the stack from outside: that person may well not be allowed
    to, and can act on it."""
    try:
        yield
    except ClientError as error:
        if code_of(error) in _DENIED:
            raise StackAccessError(f"{what}: these credentials may not ({text_of(error)})") from error
        raise TransientError(f"{what}: {error}") from error
    except BotoCoreError as error:
        raise _sdk_error(what, error) from error
