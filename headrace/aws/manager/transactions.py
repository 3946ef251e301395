"""Several statements of which all are carried out, or none."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.expressions import PARAMETERS, Expressions
from headrace.aws.manager.items import Item
from headrace.aws.manager.typed import either_item, either_values, is_typed_item
from headrace.aws.manager.values import plain_item
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems, child, seen

MAX_STATEMENTS = 100
"""Source: Amazon DynamoDB API Reference, TransactWriteItems and TransactGetItems."""

_SUBJECTS = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
_READS = {"Get": "Key"}
_VALUES, _NAMES = "ExpressionAttributeValues", "ExpressionAttributeNames"
_EXPRESSIONS = tuple(PARAMETERS.values())


class TransactionMethods(ManagerBase):
    def transact_write_items(
        self, transact_items: Sequence[Mapping[str, Any]], *, token: str | None = None
    ) -> None:
        """Carries out all statements, in any tables of one region and account, or none of them.

        Args:
            transact_items: 1 to 100 statements in the form of DynamoDB's API: `{"Put": {"TableName": …,
                "Item": …}}`, and `Update`, `Delete` and `ConditionCheck` with a `Key`, with expressions
                and what they refer to. Items and keys may be plain or in DynamoDB's types (`{"S": "a"}`),
                each statement as it likes: one whose every value has a type is in DynamoDB's types. The
                `ExpressionAttributeValues` have the form of their statement's key or item.
                Reserved words need no placeholder.
            token: the same token and statements within ten minutes are carried out once. By default one
                of this call's own.

        Raises:
            TransactionCancelledError: its `reasons` say which statement is to blame.
            RequestInvalidError: a statement is wrong; every problem, at once.

        >>> manager.transact_write_items([
        ...     {"Put": {"TableName": "Orders", "Item": {"City": "Thun", "Day": 2, "Name": "Gil"}}},
        ...     {"Delete": {"TableName": "Orders", "Key": {"City": {"S": "Basel"}, "Day": {"N": "1"}}}},
        ... ])
        """
        request = _statements(transact_items, _SUBJECTS)
        token = token or str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        self._call(
            "transact_write_items", None, repeatable=True, TransactItems=request, ClientRequestToken=token
        )

    def transact_get_items(self, transact_items: Sequence[Mapping[str, Any]]) -> list[Item | None]:
        """Items of any tables as they were at one moment.

        Args:
            transact_items: 1 to 100 of `{"Get": {"TableName": …, "Key": …}}`, with a
                `ProjectionExpression` if you like; keys plain or in DynamoDB's types.

        Returns:
            One a statement, in their order: the item, or None where there is none.

        >>> manager.transact_get_items([
        ...     {"Get": {"TableName": "Orders", "Key": {"City": "Bern", "Day": 1}}},
        ...     {"Get": {"TableName": "Orders", "Key": {"City": "Bern", "Day": 9}}},
        ... ])
        [{'City': 'Bern', 'Day': Decimal('1'), 'Name': 'Ann'}, None]
        """
        request = _statements(transact_items, _READS)
        answer = self._call("transact_get_items", None, repeatable=True, TransactItems=request)
        found = [response.get("Item") for response in answer["Responses"]]
        return [plain_item(item) if item else None for item in found]


def _statements(given: Sequence[Mapping[str, Any]], subjects: Mapping[str, str]) -> list[dict[str, Any]]:
    problems = Problems(RequestInvalidError)
    if not 1 <= len(given) <= MAX_STATEMENTS:
        problems.add("transact_items", f"{len(given)} statements", f"1 to {MAX_STATEMENTS}")
    found = [
        _statement(one, subjects, f"transact_items[{position}]", problems)
        for position, one in enumerate(given)
    ]
    problems.raise_if_any()
    return found


def _statement(
    given: Mapping[str, Any], subjects: Mapping[str, str], at: str, problems: Problems
) -> dict[str, Any]:
    kinds = list(given)
    if len(kinds) != 1 or kinds[0] not in subjects or not isinstance(given[kinds[0]], Mapping):
        allowed = ", ".join(f'{{"{kind}": {{…}}}}' for kind in subjects)
        problems.add(at, f"a statement with {', '.join(map(seen, kinds)) or 'nothing'}", allowed)
        return {}
    kind = kinds[0]
    return {kind: _fields(given[kind], subjects[kind], f"{at}.{kind}", problems)}


def _fields(given: Mapping[str, Any], subject: str, at: str, problems: Problems) -> dict[str, Any]:
    for name in ("TableName", subject):
        if name not in given:
            problems.add(at, f"there is no {name}", "statements with TableName and " + subject)
    content = given.get(subject, {})
    values = either_values(given.get(_VALUES, {}), is_typed_item(content), child(at, _VALUES), problems)
    found = Expressions(problems, values, given.get(_NAMES))
    for parameter in _EXPRESSIONS:
        found.add(parameter, given.get(parameter), child(at, parameter))
    rest = {name: value for name, value in given.items() if name not in (_VALUES, _NAMES, *_EXPRESSIONS)}
    return rest | {subject: either_item(content, child(at, subject), problems)} | found.parameters()
