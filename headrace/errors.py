"""Every error that Headrace raises, in one tree.

    HeadraceError
    ├── JobError                 the job cannot run as it stands; a person has to act
    │   ├── JobInvalidError          the job's fields are wrong: every problem, at once
    │   ├── SourceNotFoundError      the object is not there
    │   ├── SourceAccessError        the object may not be read
    │   ├── SourceChangedError       the object was replaced while the job ran
    │   ├── SourceFormatError        the object is not the text that the job says it is
    │   ├── HeaderError              the header and the table or the job do not fit: every problem, at once
    │   ├── TableNotAllowedError     outside the stack's setting `tables`
    │   ├── TableNotFoundError
    │   ├── TableAccessError
    │   ├── TableProtectedError      a table with deletion protection is not emptied
    │   ├── TablesDifferError        source and target do not fit: every mismatch, at once
    │   ├── ReadRefusedError         DynamoDB refuses what `scan` asks for
    │   ├── CredentialsError         there are none, or they cannot be used: profile, login, region
    │   ├── RoleNotAllowedError      outside the stack's setting `roles`, or the role does not trust it
    │   ├── QueueNotAllowedError     outside the stack's setting `queues`
    │   ├── QueueNotFoundError
    │   ├── QueueAccessError
    │   ├── TargetNotAllowedError    an export may go only below `exports/` of the data bucket
    │   ├── JobNotFoundError         there is no such job to resume or to cancel
    │   ├── JobRunningError          a job that runs cannot be resumed, and has no report yet
    │   ├── JobExistsError           a job's name is used only once
    │   └── NothingToRetryError      a job has no rejects, or none that a job could take
    ├── TransientError           trying again may help: throttling, a busy service, a lost connection
    │   ├── ThrottledError
    │   └── SendError                a queue did not take some messages
    ├── TurnLostError            another worker has this unit now
    ├── JobFailedError           how a job that ran can fail; the report says which
    │   ├── JobCancelledError        it was stopped on purpose; it can be resumed
    │   ├── RowsRejectedError        more rows are rejected than the job tolerates
    │   └── RowsMissingError         rows that the ledger cannot account for
    ├── WriteRefusedError        DynamoDB refused a whole batch for what is in it
    ├── MessageError             a message that no writer can read
    ├── StackNotFoundError       there is no such stack, or a part of it is gone
    ├── StackAccessError         whoever uses the stack may not do that
    ├── SettingError             the stack's or the function's settings are wrong: every problem, at once
    ├── RequestInvalidError      a call of the library is wrong: every problem, at once
    ├── ConditionNotMetError     an item is not as a call's condition wants it
    ├── TransactionCancelledError    none of a transaction's statements was carried out
    ├── TableExistsError         there is such a table already
    └── LimitReachedError        DynamoDB's limit for a table or an account is reached

A row that cannot become an item is not an error but a result: see `headrace.items.codec.RowRejected`,
which never leaves the engine. The name of a class is the error's name in the report, in the event and
in the execution's result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class HeadraceError(Exception):
    """Base of all errors of this project. `str()` is one sentence (or a list) for a person."""


class JobError(HeadraceError):
    """The job cannot run as it stands; trying again without a change is useless."""


class _ManyProblemsError(HeadraceError):
    """An error that lists everything that is wrong, one problem a line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class JobInvalidError(_ManyProblemsError, JobError):
    """The job's fields are wrong."""


class SourceNotFoundError(JobError):
    """There is no such object."""


class SourceAccessError(JobError):
    """The object may not be read by the stack's roles."""


class SourceChangedError(JobError):
    """The object was replaced while the job ran."""


class SourceFormatError(JobError):
    """The object is not the text that the job's `format` says it is."""


class HeaderError(_ManyProblemsError, JobError):
    """The header does not fit the table's keys or the job's columns."""


class TableNotAllowedError(JobError):
    """The table is outside the stack's setting `tables`."""


class TableNotFoundError(JobError):
    """There is no such table."""


class TableAccessError(JobError):
    """The stack's roles may not use the table."""


class TableProtectedError(JobError):
    """The table has deletion protection."""


class TablesDifferError(_ManyProblemsError, JobError):
    """Source and target of a copy do not fit."""


class ReadRefusedError(JobError):
    """DynamoDB refuses a Scan or a Query for what is in it."""


class CredentialsError(JobError):
    """There are no credentials for AWS, or none that can be used."""


class RoleNotAllowedError(JobError):
    """The role may not be assumed: it is outside the stack's setting `roles`, or does not trust it."""


class QueueNotAllowedError(JobError):
    """The queue is outside the stack's setting `queues`."""


class QueueNotFoundError(JobError):
    """There is no such queue."""


class QueueAccessError(JobError):
    """The stack's roles may not send to the queue."""


class TargetNotAllowedError(JobError):
    """An export may not go there."""


class JobNotFoundError(JobError):
    """There is no such job, or its records have expired."""


class JobRunningError(JobError):
    """The job is running: it can be cancelled, not resumed, and it has no report yet."""


class JobExistsError(JobError):
    """There is a job of this name already, or there was one within 90 days."""


class NothingToRetryError(JobError):
    """The job has no rejects, or none that a job could take."""


class TransientError(HeadraceError):
    """Trying again may help."""


class ThrottledError(TransientError):
    """A request was throttled as a whole.

    Args:
        reasons: DynamoDB's own words for it, such as `TableWriteKeyRangeThroughputExceeded`;
            empty where it gives none.
    """

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)


class SendError(TransientError):
    """A queue did not take some messages, also after every retry."""


class TurnLostError(HeadraceError):
    """Another worker has taken on this unit: whatever this one still does counts for nothing."""


class JobFailedError(HeadraceError):
    """A job ran, and not all of its rows are in the table."""


class JobCancelledError(JobFailedError):
    """The job was stopped on purpose; `{"resume": "<job>"}` does the rest of it."""


class RowsRejectedError(JobFailedError):
    """More rows are rejected than the job tolerates."""


class RowsMissingError(JobFailedError):
    """Rows that the ledger cannot account for: a unit failed, or messages were never settled."""


class WriteRefusedError(HeadraceError):
    """DynamoDB refused a whole BatchWriteItem call for what is in it."""


class MessageError(HeadraceError):
    """A message that no writer can read."""


class StackNotFoundError(HeadraceError):
    """There is no such stack where it was looked for, or a part of it is gone."""


class StackAccessError(HeadraceError):
    """Whoever uses the stack may not do that."""


class SettingError(_ManyProblemsError):
    """Settings of the stack or of a function are missing or wrong."""


class RequestInvalidError(_ManyProblemsError):
    """A call of the library is wrong: its arguments, a value in an item, an expression."""


class ConditionNotMetError(HeadraceError):
    """An item is not as a call's condition wants it; nothing was written.

    Args:
        item: what is there instead, as far as DynamoDB tells it; None where there is no item.
    """

    def __init__(self, message: str, item: Mapping[str, Any] | None = None) -> None:
        self.item = item
        super().__init__(message)


class TransactionCancelledError(HeadraceError):
    """None of a transaction's statements was carried out.

    Args:
        reasons: one a statement, in their order: DynamoDB's code for it, such as
            `ConditionalCheckFailed`, or None for a statement that is not to blame.
    """

    def __init__(self, message: str, reasons: Sequence[str | None]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)


class TableExistsError(HeadraceError):
    """There is a table of this name already."""


class LimitReachedError(HeadraceError):
    """DynamoDB's limit for a table or an account is reached."""
