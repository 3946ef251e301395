"""PartiQL: DynamoDB's SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.items import Item
from headrace.aws.manager.values import plain_item, typed_values
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems


class PartiqlMethods(ManagerBase):
    def execute_partiql(
        self, statement: str, parameters: Sequence[Any] = (), *, consistent_read: bool = False
    ) -> list[Item]:
        """Executes one statement of PartiQL, over as many pages as it takes.

        Args:
            statement: such as `SELECT * FROM "Users" WHERE "UserID" = ?`; names of tables and attributes
                in double quotes.
            parameters: a value for each `?`.

        Returns:
            The items of a SELECT; of other statements what their RETURNING asks for, mostly nothing.

        Raises:
            ConditionNotMetError: an INSERT of an item that is there, an UPDATE of one that is not.
            RequestInvalidError: DynamoDB does not understand the statement.

        >>> manager.execute_partiql('SELECT * FROM "Orders" WHERE "City" = ? AND "Day" = ?', ["Bern", 1])
        [{'City': 'Bern', 'Day': Decimal('1'), 'Name': 'Ann'}]
        """
        problems = Problems(RequestInvalidError)
        typed = typed_values(
            {str(place): one for place, one in enumerate(parameters)}, "parameters", problems
        )
        problems.raise_if_any()
        request = {"Statement": statement, "ConsistentRead": consistent_read}
        return list(self._pages(request | ({"Parameters": list(typed.values())} if typed else {})))

    def _pages(self, request: dict[str, Any]) -> Iterator[Item]:
        is_read = request["Statement"].lstrip()[:6].upper() == "SELECT"
        while True:
            answer = self._call("execute_statement", None, repeatable=is_read, **request)
            yield from map(plain_item, answer["Items"])
            if "NextToken" not in answer:
                return
            request["NextToken"] = answer["NextToken"]
