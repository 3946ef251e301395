"""A client of DynamoDB that answers as it is told to."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any, cast

from botocore.exceptions import ClientError

from headrace import DynamoDBManager
from tests.fakes import FakeClock

Answer = Mapping[str, Any] | BaseException
Calls = list[tuple[str, dict[str, Any]]]


class ScriptedClient:
    """
    Args:
        answers: one a call, in their order; the last one again and again. An exception is raised.
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.calls: Calls = []

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append((method, request))
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return call

    @property
    def request(self) -> dict[str, Any]:
        """Of the last call."""
        return self.calls[-1][1]


class _Session:
    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, *_: object, **__: object) -> object:
        return self._client


def manager_of(client: object, clock: FakeClock | None = None, **options: Any) -> DynamoDBManager:
    session = cast(Any, _Session(client))
    return DynamoDBManager(session=session, clock=clock or FakeClock(), rng=random.Random(1), **options)


def refusal(code: str, message: str = "no", **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code, "Message": message}, **more}
    return ClientError(response, "Operation")


def described(**more: Any) -> dict[str, Any]:
    """The answer of DescribeTable about an active table with the keys id and at."""
    keys = [{"AttributeName": "at", "KeyType": "RANGE"}, {"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": name, "AttributeType": kind} for name, kind in (("id", "S"), ("at", "N"))]
    known = {"TableName": "orders", "TableStatus": "ACTIVE", "KeySchema": keys, "AttributeDefinitions": types}
    return {"Table": {**known, **more}}
