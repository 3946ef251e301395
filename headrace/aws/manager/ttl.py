"""Time to live: which attribute says when items expire."""

from __future__ import annotations

from headrace.aws.manager.waiting import WaitMethods
from headrace.errors import RequestInvalidError


class TtlMethods(WaitMethods):
    def enable_ttl(self, table_name: str, attribute: str) -> None:
        """Lets items expire at the time in one of their attributes, a number of seconds since 1970.

        DynamoDB deletes them within a few days after it. It is no error if that is so already.

        Raises:
            RequestInvalidError: items expire by another attribute; disable that first. DynamoDB takes an
                hour to change it.

        >>> manager.enable_ttl("Users", "ExpirationTime")
        >>> manager.ttl_attribute("Users")
        'ExpirationTime'
        """
        current = self.ttl_attribute(table_name)
        if current not in (None, attribute):
            raise RequestInvalidError(
                [f"table {table_name!r}: items expire by {current!r}; disable_ttl first, to change it"]
            )
        if current is None:
            self._set_ttl(table_name, attribute, enabled=True)

    def disable_ttl(self, table_name: str, attribute: str | None = None) -> None:
        """Lets items no longer expire. It is no error if that is so already.

        Args:
            attribute: only where they expire by this one; None: by whichever it is.

        >>> manager.enable_ttl("Users", "ExpirationTime")
        >>> manager.disable_ttl("Users")
        >>> manager.ttl_attribute("Users") is None
        True
        """
        current = self.ttl_attribute(table_name)
        if current is not None and attribute in (None, current):
            self._set_ttl(table_name, current, enabled=False)

    def ttl_attribute(self, table_name: str) -> str | None:
        """The attribute by which items expire, also one that is just being enabled; None: they do not."""
        answer = self._call("describe_time_to_live", table_name, repeatable=True, TableName=table_name)
        found = answer["TimeToLiveDescription"]
        is_on = found["TimeToLiveStatus"] in ("ENABLED", "ENABLING")
        return str(found["AttributeName"]) if is_on else None

    def _set_ttl(self, table: str, attribute: str, *, enabled: bool) -> None:
        specification = {"AttributeName": attribute, "Enabled": enabled}
        self._call("update_time_to_live", table, TableName=table, TimeToLiveSpecification=specification)
