"""boto3's own Table, for what has no method here."""

from __future__ import annotations

from typing import Any

from headrace.aws.manager.aliases import alias_names
from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.expressions import PARAMETERS


class ResourceMethods(ManagerBase):
    def table(self, table_name: str) -> Any:
        """boto3's `Table` with this manager's region, endpoint and credentials.

        In its expressions, too, reserved words need no placeholder. All else is boto3's: its errors, its
        retries, no floats.

        >>> table = manager.table("Orders")
        >>> table.get_item(Key={"City": "Bern", "Day": 1}, ProjectionExpression="Name")["Item"]
        {'Name': 'Ann'}
        """
        resource = self._session.resource("dynamodb", endpoint_url=self._endpoint)
        resource.meta.client.meta.events.register("before-parameter-build.dynamodb", _alias_names)
        return resource.Table(table_name)


def _alias_names(params: dict[str, Any], **_: Any) -> None:
    names = dict(params.get("ExpressionAttributeNames", {}))
    for parameter in PARAMETERS.values():
        if isinstance(text := params.get(parameter), str):
            params[parameter] = alias_names(text, names, is_update=parameter == "UpdateExpression")
    if names:
        params["ExpressionAttributeNames"] = names
