"""Single items: insert, get, update, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from boto3.dynamodb.conditions import Attr

from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.expressions import Expression, Projection, expressions
from headrace.aws.manager.values import plain_item, typed_item
from headrace.errors import RequestInvalidError

Item = dict[str, Any]
"""Attributes by their names. Numbers come as Decimal, binary as bytes."""

Returned = Literal["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]


class ItemMethods(ManagerBase):
    def insert_item(
        self,
        table_name: str,
        item: Mapping[str, Any],
        *,
        overwrite: bool = True,
        condition_expression: Expression | None = None,
        condition_values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Puts one item, in place of the one with its key if there is one.

        Args:
            item: floats are stored exactly as Python writes them; 38 digits at most.
            overwrite: False: only where there is no item with its key. DynamoDB is asked for the table's
                keys first; `condition_expression=Attr("UserID").not_exists()` does without.
            condition_expression: what has to hold for the item that is there.
            condition_values: what each `:name` in the condition stands for.
            names: what each `#name` stands for; reserved words need none.

        Raises:
            ConditionNotMetError: nothing was written; its `item` is what is there.
            RequestInvalidError: a value cannot be stored, or the condition is wrong.

        >>> manager.insert_item("Users", {"UserID": "u1", "Timestamp": "2024-12-20", "Score": 19.9})
        >>> manager.insert_item("Users", {"UserID": "u1", "Timestamp": "2024-12-20"}, overwrite=False)
        Traceback (most recent call last):
        headrace.errors.ConditionNotMetError: table 'Users': the item is not as the condition wants it
        """
        condition = condition_expression
        if not overwrite:
            if condition is not None:
                raise RequestInvalidError(["condition_expression: is of no use where overwrite is False"])
            condition = Attr(self._key_names(table_name)[0]).not_exists()
        conditions = expressions(condition_values, names, condition_expression=condition)
        self._write("put_item", table_name, conditions, Item=typed_item(item))

    def get_item(
        self,
        table_name: str,
        key: Mapping[str, Any],
        *,
        consistent_read: bool = False,
        projection: Projection | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Item | None:
        """The item with this key; None where there is none.

        Args:
            key: the table's key attributes, all of them and no others.
            consistent_read: at twice the price, also what was written a moment ago.
            projection: attributes to get, such as `"Name, Address.City"` or a list of them; reserved
                words need no placeholder.

        >>> manager.get_item("Orders", {"City": "Bern", "Day": 1}, projection="Name")
        {'Name': 'Ann'}
        """
        found = self._call(
            "get_item",
            table_name,
            repeatable=True,
            TableName=table_name,
            Key=typed_item(key, "key"),
            ConsistentRead=consistent_read,
            **expressions(None, names, projection=projection),
        ).get("Item")
        return plain_item(found) if found is not None else None

    def update_item(
        self,
        table_name: str,
        key: Mapping[str, Any],
        update_expression: str,
        values: Mapping[str, Any] | None = None,
        *,
        condition_expression: Expression | None = None,
        condition_values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
        return_values: Returned = "ALL_NEW",
    ) -> Item:
        """Changes attributes of one item; makes it where there is none.

        Args:
            update_expression: such as `SET Name = :name REMOVE Email`; reserved words need no
                placeholder.
            values: what each `:name` in it stands for.
            condition_expression: what has to hold for the item that is there.
            condition_values: what each `:name` in the condition stands for.
            return_values: what to return.

        Returns:
            The whole item as it is now, if `return_values` does not ask for something else.

        Raises:
            ConditionNotMetError: nothing was changed; its `item` is what is there.
            RequestInvalidError: see the expressions; or one refers to an attribute that is not there.
            TransientError: the connection was lost; it is not known whether the item was changed.

        >>> manager.update_item("Orders", {"City": "Bern", "Day": 1}, "SET Name = :name", {":name": "Al"})
        {'City': 'Bern', 'Day': Decimal('1'), 'Name': 'Al'}
        """
        given = expressions(
            values,
            names,
            condition_values,
            update_expression=update_expression,
            condition_expression=condition_expression,
        )
        return self._write(
            "update_item", table_name, given, Key=typed_item(key, "key"), ReturnValues=return_values
        )

    def delete_item(
        self,
        table_name: str,
        key: Mapping[str, Any],
        *,
        condition_expression: Expression | None = None,
        condition_values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
        return_old: bool = False,
    ) -> Item | None:
        """Deletes one item; it is no error where there is none.

        Returns:
            With `return_old`, the item that was there, or None.

        Raises:
            ConditionNotMetError: nothing was deleted; its `item` is what is there.

        >>> manager.delete_item("Orders", {"City": "Bern", "Day": 1}, return_old=True)["Name"]
        'Ann'
        """
        given = expressions(condition_values, names, condition_expression=condition_expression)
        returned = "ALL_OLD" if return_old else "NONE"
        old = self._write("delete_item", table_name, given, Key=typed_item(key, "key"), ReturnValues=returned)
        return old or None

    def _write(self, method: str, table: str, given: Mapping[str, Any], **request: Any) -> Item:
        """What does the same when it is carried out twice is tried again also where it may have been."""
        is_bare = not given and request.get("ReturnValues", "NONE") == "NONE"
        request |= given
        if "ConditionExpression" in given:
            request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        answer = self._call(method, table, repeatable=is_bare, TableName=table, **request)
        return plain_item(answer.get("Attributes", {}))
