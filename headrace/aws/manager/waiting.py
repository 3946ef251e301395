"""Waiting until a table can be used, or is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any

from headrace.aws.manager.base import ManagerBase
from headrace.errors import TableNotFoundError, TransientError

Description = dict[str, Any]
"""Of a table, as DynamoDB's DescribeTable gives it."""

WAIT_SECONDS = 900.0


class WaitMethods(ManagerBase):
    def wait_until_active(self, table_name: str, *, timeout: float = WAIT_SECONDS) -> Description:
        """Waits until a table and all of its indexes can be used.

        Args:
            timeout: in seconds.

        Returns:
            The table's description.

        Raises:
            TableNotFoundError: there is no such table.
            TransientError: time is up; the text says what state they are in.

        >>> manager.wait_until_active("Users")["TableStatus"]
        'ACTIVE'
        """
        return self._until_active(table_name, timeout)

    def _until_active(
        self, table: str, timeout: float = WAIT_SECONDS, *, is_new: bool = False
    ) -> Description:
        """
        Args:
            is_new: a table that was just made is not seen everywhere at once.
        """
        states: Mapping[str, str] = {}
        for pause in self._pauses(timeout):
            try:
                described = self._describe(table)
            except TableNotFoundError:
                if not is_new:
                    raise
            else:
                states = _states(described)
                if set(states.values()) == {"ACTIVE"}:
                    return described
            self._clock.sleep(pause)
        told = ", ".join(f"{name} is {state}" for name, state in states.items())
        raise TransientError(f"table {table!r} is not active after {timeout:g} seconds: {told}; wait on")

    def _until_gone(self, table: str, timeout: float = WAIT_SECONDS) -> None:
        for pause in self._pauses(timeout):
            if not self.table_exists(table):
                return
            self._clock.sleep(pause)
        raise TransientError(f"table {table!r} is still being deleted after {timeout:g} seconds")

    def table_exists(self, table_name: str) -> bool:
        """
        >>> manager.table_exists("Users"), manager.table_exists("Nobody")
        (True, False)
        """
        try:
            self._describe(table_name)
        except TableNotFoundError:
            return False
        return True

    def _pauses(self, timeout: float) -> Iterator[float]:
        """Seconds to wait between looks, until time is up."""
        end = self._clock.now() + timeout
        for pause in chain((0.2, 0.5, 1.0, 2.0), repeat(5.0)):
            yield pause
            if self._clock.now() >= end:
                return


def _states(table: Description) -> dict[str, str]:
    indexes = table.get("GlobalSecondaryIndexes", [])
    return {"the table": table["TableStatus"]} | {
        f"index {index['IndexName']!r}": index["IndexStatus"] for index in indexes
    }
