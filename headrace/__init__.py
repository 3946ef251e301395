"""Headrace moves data in bulk into, out of and between DynamoDB tables, every row accounted for.

What is public is imported when it is first asked for: `import headrace` loads no AWS library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headrace.aws.manager import BatchResult, Capacity, DynamoDBManager, FailedItem, TableSummary
    from headrace.errors import (
        ConditionNotMetError,
        CredentialsError,
        HeaderError,
        HeadraceError,
        JobCancelledError,
        JobError,
        JobExistsError,
        JobFailedError,
        JobInvalidError,
        JobNotFoundError,
        JobRunningError,
        LimitReachedError,
        MessageError,
        NothingToRetryError,
        QueueAccessError,
        QueueNotAllowedError,
        QueueNotFoundError,
        ReadRefusedError,
        RequestInvalidError,
        RoleNotAllowedError,
        RowsMissingError,
        RowsRejectedError,
        SendError,
        SettingError,
        SourceAccessError,
        SourceChangedError,
        SourceFormatError,
        SourceNotFoundError,
        StackAccessError,
        StackNotFoundError,
        TableAccessError,
        TableExistsError,
        TableNotAllowedError,
        TableNotFoundError,
        TableProtectedError,
        TablesDifferError,
        TargetNotAllowedError,
        ThrottledError,
        TransactionCancelledError,
        TransientError,
        TurnLostError,
        WriteRefusedError,
    )
    from headrace.library.jobs import JobStatus, JobSummary
    from headrace.library.load_result import LoadResult
    from headrace.library.loaders import AsyncDynamoDBLoader, ThreadedDynamoDBLoader
    from headrace.library.local import LocalPipeline
    from headrace.library.pipeline import Pipeline
    from headrace.progress import Progress

__version__ = "0.1.0"

__all__ = [
    "AsyncDynamoDBLoader",
    "BatchResult",
    "Capacity",
    "ConditionNotMetError",
    "CredentialsError",
    "DynamoDBManager",
    "FailedItem",
    "HeaderError",
    "HeadraceError",
    "JobCancelledError",
    "JobError",
    "JobExistsError",
    "JobFailedError",
    "JobInvalidError",
    "JobNotFoundError",
    "JobRunningError",
    "JobStatus",
    "JobSummary",
    "LimitReachedError",
    "LoadResult",
    "LocalPipeline",
    "MessageError",
    "NothingToRetryError",
    "Pipeline",
    "Progress",
    "QueueAccessError",
    "QueueNotAllowedError",
    "QueueNotFoundError",
    "ReadRefusedError",
    "RequestInvalidError",
    "RoleNotAllowedError",
    "RowsMissingError",
    "RowsRejectedError",
    "SendError",
    "SettingError",
    "SourceAccessError",
    "SourceChangedError",
    "SourceFormatError",
    "SourceNotFoundError",
    "StackAccessError",
    "StackNotFoundError",
    "TableAccessError",
    "TableExistsError",
    "TableNotAllowedError",
    "TableNotFoundError",
    "TableProtectedError",
    "TableSummary",
    "TablesDifferError",
    "TargetNotAllowedError",
    "ThreadedDynamoDBLoader",
    "ThrottledError",
    "TransactionCancelledError",
    "TransientError",
    "TurnLostError",
    "WriteRefusedError",
]

_MODULES = {
    "AsyncDynamoDBLoader": "headrace.library.loaders",
    "BatchResult": "headrace.aws.manager",
    "Capacity": "headrace.aws.manager",
    "DynamoDBManager": "headrace.aws.manager",
    "FailedItem": "headrace.aws.manager",
    "JobStatus": "headrace.library.jobs",
    "JobSummary": "headrace.library.jobs",
    "LoadResult": "headrace.library.load_result",
    "LocalPipeline": "headrace.library.local",
    "Pipeline": "headrace.library.pipeline",
    "Progress": "headrace.progress",
    "TableSummary": "headrace.aws.manager",
    "ThreadedDynamoDBLoader": "headrace.library.loaders",
}
"""Where public names are that are not errors."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES.get(name, "headrace.errors")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
