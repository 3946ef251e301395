"""The expressions of one call, from texts and boto3's conditions, with the names and values in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, ConditionExpressionBuilder
from boto3.exceptions import DynamoDBNeedsKeyConditionError

from headrace.aws.manager.aliases import alias_names
from headrace.aws.manager.values import Typed, typed_values
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems, child

Expression = str | ConditionBase
"""A text in DynamoDB's syntax, or a condition such as `Attr("Age").gt(25)`."""

Projection = str | Sequence[str]
"""Attributes with commas between them, or a list of them."""

PARAMETERS = {
    "key_condition": "KeyConditionExpression",
    "filter_expression": "FilterExpression",
    "projection": "ProjectionExpression",
    "update_expression": "UpdateExpression",
    "condition_expression": "ConditionExpression",
}


def expressions(
    values: Mapping[str, Any] | None,
    names: Mapping[str, str] | None,
    /,
    more_values: Mapping[str, Any] | None = None,
    **given: Expression | Projection | None,
) -> dict[str, Any]:
    """The parameters of a request. Raises RequestInvalidError with all that is wrong.

    Args:
        values: what each `:name` stands for, and `more_values` too.
        names: what each `#name` stands for; reserved words need none.
        given: expressions by the names in `PARAMETERS`.
    """
    problems = Problems(RequestInvalidError)
    typed = typed_values(values or {}, "values", problems)
    for name, value in typed_values(more_values or {}, "condition_values", problems).items():
        if typed.setdefault(name, value) != value:
            problems.add(child("condition_values", name), "is another value in values", "the same value")
    found = Expressions(problems, typed, names)
    for name, expression in given.items():
        found.add(PARAMETERS[name], expression, name)
    problems.raise_if_any()
    return found.parameters()


class Expressions:
    """
    Args:
        problems: where what is wrong is told.
    """

    def __init__(
        self, problems: Problems, values: Mapping[str, Typed], names: Mapping[str, str] | None = None
    ) -> None:
        self._problems = problems
        self._values = dict(values)
        self._names = dict(names or {})
        self._builder = ConditionExpressionBuilder()
        self._texts: dict[str, str] = {}

    def add(self, parameter: str, expression: Expression | Projection | None, at: str) -> None:
        """
        Args:
            parameter: DynamoDB's name for it; the expression may be None: there is none.
            at: what problems call it.
        """
        match expression:
            case None:
                return
            case ConditionBase():
                self._texts[parameter] = self._built(expression, parameter, at)
            case str() if expression.strip():
                self._texts[parameter] = alias_names(
                    expression, self._names, is_update=parameter == "UpdateExpression"
                )
            case [*paths] if parameter == "ProjectionExpression" and paths:
                self.add(parameter, ", ".join(map(str, paths)), at)
            case _:
                self._problems.add(
                    at, f"{expression!r} is no expression", "a text, or a condition made of Key and Attr"
                )

    def parameters(self) -> dict[str, Any]:
        """DynamoDB takes no empty maps."""
        references = {"ExpressionAttributeNames": self._names, "ExpressionAttributeValues": self._values}
        return self._texts | {name: found for name, found in references.items() if found}

    def _built(self, condition: ConditionBase, parameter: str, at: str) -> str:
        is_key = parameter == "KeyConditionExpression"
        try:
            built = self._builder.build_expression(condition, is_key_condition=is_key)
        except DynamoDBNeedsKeyConditionError:
            self._problems.add(at, "a condition made of Attr", "conditions made of Key, joined by &")
            return ""
        taken = [name for name in built.attribute_name_placeholders if name in self._names]
        taken += [name for name in built.attribute_value_placeholders if name in self._values]
        for name in taken:
            self._problems.add(at, f"{name} stands for a part of the condition", "another name for yours")
        self._names |= built.attribute_name_placeholders
        self._values |= typed_values(built.attribute_value_placeholders, at, self._problems)
        return built.condition_expression
