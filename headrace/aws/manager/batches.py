"""Any number of items into a table, or out of it, in batches: each of them accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from headrace.aws.clients import MAX_CONNECTIONS
from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.batching import Batches, BatchResult
from headrace.errors import RequestInvalidError
from headrace.job.problems import seen


class BatchMethods(ManagerBase):
    def batch_insert_items(
        self, table_name: str, items: Iterable[Mapping[str, Any]], *, parallel: int = 4
    ) -> BatchResult:
        """Puts any number of items, in place of those with their keys.

        Of items with one key the last one wins. Items are read as they are written, some thousands at a
        time, so that any iterable will do, a generator too.

        Args:
            parallel: batches of 25 that are written at the same time, by a thread each; 1 to 64.

        Returns:
            What became of them. An item that cannot be stored, that DynamoDB refuses, or that the table
            has not taken in time, is no error but one of the result's `failures`.

        Raises:
            TableNotFoundError, TableAccessError, CredentialsError: what came before is written.

        >>> result = manager.batch_insert_items("Orders", [
        ...     {"City": "Thun", "Day": 1, "Name": "Dan"},
        ...     {"City": "Thun", "Day": 1, "Name": "Eva"},
        ...     {"City": "Thun", "Name": "Finn"},
        ... ])
        >>> result.read, result.written, result.superseded, result.failed
        (3, 1, 1, 1)
        >>> result.failures[0].reason
        "item: there is no attribute 'Day'; allowed: items with the table's keys"
        """
        return self._batch(table_name, items, parallel, deletes=False)

    def batch_delete_items(
        self, table_name: str, keys: Iterable[Mapping[str, Any]], *, parallel: int = 4
    ) -> BatchResult:
        """Deletes any number of items; it is no error where there is none.

        Args:
            keys: the table's key attributes, or whole items: other attributes do not matter.
            parallel: as for `batch_insert_items`.

        >>> manager.batch_delete_items("Orders", [{"City": "Thun", "Day": 1}])
        BatchResult(read=1, written=1, superseded=0, failures=())
        """
        return self._batch(table_name, keys, parallel, deletes=True)

    def _batch(
        self, table: str, items: Iterable[Mapping[str, Any]], parallel: int, deletes: bool
    ) -> BatchResult:
        if not 1 <= parallel <= MAX_CONNECTIONS:
            raise RequestInvalidError([f"parallel: {seen(parallel)}; allowed: 1 to {MAX_CONNECTIONS}"])
        keys = self._key_names(table)
        batches = Batches(self._tables, table, keys, self._clock, self._rng, self._batch_patience)
        return batches.write(items, parallel, deletes)
