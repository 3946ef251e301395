"""StateMachine over Step Functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from headrace.aws.errors import code_of, text_of, user_errors
from headrace.errors import HeadraceError, JobExistsError, JobInvalidError, StackNotFoundError
from headrace.ports import ExecutionRecord

_REFUSED = {"InvalidExecutionInput", "InvalidName", "ValidationException"}
_Answer = TypeVar("_Answer")


class SfnStateMachine:
    """
    Args:
        arn: the state machine's.
    """

    def __init__(self, client: Any, arn: str) -> None:
        self._sfn = client
        self._arn = arn

    def arn_of(self, name: str) -> str:
        return f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"

    def start(self, name: str, document: Mapping[str, Any]) -> str:
        asked = {"stateMachineArn": self._arn, "name": name, "input": json.dumps(document)}
        answer = self._call(lambda: self._sfn.start_execution(**asked), name)
        arn: str = answer["executionArn"]
        return arn

    def executions(self) -> Iterator[ExecutionRecord]:
        asked: dict[str, Any] = {"stateMachineArn": self._arn, "maxResults": 100}
        while True:
            page = self._call(lambda: self._sfn.list_executions(**asked))
            yield from map(_record, page["executions"])
            if not page.get("nextToken"):
                return
            asked["nextToken"] = page["nextToken"]

    def describe(self, arn: str) -> ExecutionRecord | None:
        with user_errors(f"execution {arn}"):
            try:
                return _record(self._sfn.describe_execution(executionArn=arn))
            except ClientError as error:
                if code_of(error) == "ExecutionDoesNotExist":
                    return None
                raise

    def stop(self, arn: str, cause: str) -> None:
        self._call(lambda: self._sfn.stop_execution(executionArn=arn, cause=cause))

    def _call(self, call: Callable[[], _Answer], name: str = "") -> _Answer:
        with user_errors(f"state machine {self._arn}"):
            try:
                return call()
            except ClientError as error:
                if ours := self._error(error, name):
                    raise ours from error
                raise

    def _error(self, error: ClientError, name: str) -> HeadraceError | None:
        code = code_of(error)
        if code == "ExecutionAlreadyExists":
            return JobExistsError(f"there is a job {name!r} already: give this one another name")
        if code == "StateMachineDoesNotExist":
            return StackNotFoundError(f"there is no state machine {self._arn} (any more): deploy the stack")
        return (
            JobInvalidError([f"Step Functions refuses the job: {text_of(error)}"])
            if code in _REFUSED
            else None
        )


def _record(found: Mapping[str, Any]) -> ExecutionRecord:
    stopped = found.get("stopDate")
    return ExecutionRecord(
        arn=found["executionArn"],
        name=found["name"],
        status=found["status"],
        started=found["startDate"].timestamp(),
        ended=stopped.timestamp() if stopped else None,
        document=_read(found.get("input")),
        output=_read(found.get("output")),
        error=found.get("error") or "",
        cause=found.get("cause") or "",
    )


def _read(text: str | None) -> Any:
    return json.loads(text) if text else None
