"""Tables: create, describe, list, delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from headrace.aws.manager.indexes import Index, global_indexes, local_indexes
from headrace.aws.manager.keys import Keys, KeyType, check_name, check_one_of
from headrace.aws.manager.summary import TableSummary, summary_of
from headrace.aws.manager.throughput import BILLING_MODES, BillingMode, throughput
from headrace.aws.manager.ttl import TtlMethods
from headrace.aws.manager.waiting import Description
from headrace.errors import RequestInvalidError, TableProtectedError
from headrace.job.problems import Problems

StreamViewType = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]
_CAPACITY = ("read_capacity", "write_capacity")
_VIEWS = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")


class TableMethods(TtlMethods):
    def create_table_with_indexes(
        self,
        table_name: str,
        partition_key: str,
        sort_key: str | None = None,
        *,
        partition_key_type: KeyType = "S",
        sort_key_type: KeyType = "S",
        billing_mode: BillingMode = "PAY_PER_REQUEST",
        read_capacity: int | None = None,
        write_capacity: int | None = None,
        global_secondary_indexes: Sequence[Index] | None = None,
        local_secondary_indexes: Sequence[Index] | None = None,
        stream_enabled: bool = False,
        stream_view_type: StreamViewType = "NEW_AND_OLD_IMAGES",
        ttl_attribute: str | None = None,
        deletion_protection: bool = False,
        point_in_time_recovery: bool = False,
        tags: Mapping[str, str] | None = None,
        wait: bool = True,
    ) -> Description:
        """Makes a table with its indexes, and waits until they can be used.

        Args:
            partition_key_type, sort_key_type: S text, N number, B binary.
            read_capacity, write_capacity: units a second, with billing_mode PROVISIONED; for indexes too
                that say none.
            global_secondary_indexes: dicts with IndexName, PartitionKey, and if need be
                PartitionKeyType ("S"), SortKey, SortKeyType ("S"), ProjectionType ("ALL", "KEYS_ONLY" or
                "INCLUDE"), NonKeyAttributes (with INCLUDE), ReadCapacity and WriteCapacity.
            local_secondary_indexes: the same with a SortKey, but without a PartitionKey and capacities.
            ttl_attribute: holds the time when an item expires, in seconds since 1970.
            wait: False: return at once; the table is still being made.

        Returns:
            The table's description, as DynamoDB's DescribeTable gives it.

        Raises:
            RequestInvalidError: all mistakes in the arguments, at once.
            TableExistsError: there is a table of this name.
            LimitReachedError: the account may have no more tables, or make no more at a time.

        >>> table = manager.create_table_with_indexes(
        ...     "Scores", "Player", "Game",
        ...     global_secondary_indexes=[
        ...         {"IndexName": "Best", "PartitionKey": "Game", "SortKey": "Score", "SortKeyType": "N"}
        ...     ],
        ... )
        >>> table["TableStatus"]
        'ACTIVE'
        """
        problems = Problems(RequestInvalidError)
        keys = Keys(problems)
        check_name(table_name, "table_name", problems)
        check_one_of(billing_mode, BILLING_MODES, "billing_mode", problems)
        check_one_of(stream_view_type, _VIEWS, "stream_view_type", problems)
        if not wait and (ttl_attribute or point_in_time_recovery):
            problems.add("wait", "false", "true with ttl_attribute or point_in_time_recovery")
        schema = keys.schema(*_own_keys(partition_key, partition_key_type, sort_key, sort_key_type))
        capacity = read_capacity, write_capacity
        request = {
            "KeySchema": schema,
            "BillingMode": billing_mode,
            **throughput(dict(zip(_CAPACITY, capacity, strict=True)), billing_mode, problems),
            "GlobalSecondaryIndexes": list(
                global_indexes(global_secondary_indexes or (), keys, billing_mode, *capacity)
            ),
            "LocalSecondaryIndexes": list(local_indexes(local_secondary_indexes or (), keys, schema)),
            "StreamSpecification": _stream(stream_view_type) if stream_enabled else None,
            "DeletionProtectionEnabled": deletion_protection,
            "Tags": [{"Key": name, "Value": value} for name, value in (tags or {}).items()],
            "AttributeDefinitions": keys.definitions(),
        }
        problems.raise_if_any()
        given = {name: value for name, value in request.items() if value}
        answer = self._call("create_table", table_name, TableName=table_name, **given)
        if not wait:
            made: Description = answer["TableDescription"]
            return made
        described = self._until_active(table_name, is_new=True)
        if ttl_attribute:
            self.enable_ttl(table_name, ttl_attribute)
        if point_in_time_recovery:
            self.enable_point_in_time_recovery(table_name)
        return described

    def describe_table(self, table_name: str) -> Description:
        """What DynamoDB's DescribeTable tells: keys, indexes, capacity, stream, size and more.

        Raises TableNotFoundError, TableAccessError.

        >>> [key["AttributeName"] for key in manager.describe_table("Users")["KeySchema"]]
        ['UserID', 'Timestamp']
        """
        return self._describe(table_name)

    def list_tables(self) -> list[str]:
        """Names of all tables of the account in this region.

        >>> manager.list_tables()
        ['Orders', 'Users']
        """
        return list(self._names())

    def summarize_tables(self) -> Iterator[TableSummary]:
        """All tables with their sizes and how they are billed; DynamoDB is asked about one at a time.

        >>> for table in manager.summarize_tables():
        ...     print(table.name, table.items, table.billing_mode)
        Orders 3 PAY_PER_REQUEST
        Users 0 PAY_PER_REQUEST
        """
        return (summary_of(self._describe(name)) for name in self._names())

    def delete_table(self, table_name: str, *, wait: bool = True) -> None:
        """Deletes a table with all of its items, and waits until it is gone.

        Args:
            wait: False: return at once; the table is still being deleted.

        Raises:
            TableProtectedError: it has deletion protection; see `set_deletion_protection`.
            TableNotFoundError: there is no such table.

        >>> manager.delete_table("Orders")
        >>> manager.table_exists("Orders")
        False
        """
        if self._describe(table_name).get("DeletionProtectionEnabled"):
            raise TableProtectedError(
                f"table {table_name!r} has deletion protection; if you mean it, switch it off with "
                "set_deletion_protection(table_name, False)"
            )
        self._call("delete_table", table_name, TableName=table_name)
        if wait:
            self._until_gone(table_name)

    def set_deletion_protection(self, table_name: str, enabled: bool) -> None:
        """While it is enabled, nobody can delete the table."""
        self._call("update_table", table_name, TableName=table_name, DeletionProtectionEnabled=bool(enabled))

    def enable_point_in_time_recovery(self, table_name: str) -> None:
        """Lets the table be restored as it was at any time of the last 35 days."""
        specification = {"PointInTimeRecoveryEnabled": True}
        self._call(
            "update_continuous_backups",
            table_name,
            TableName=table_name,
            PointInTimeRecoverySpecification=specification,
        )

    def _names(self) -> Iterator[str]:
        answer = self._call("list_tables", None, repeatable=True)
        yield from answer["TableNames"]
        while last := answer.get("LastEvaluatedTableName"):
            answer = self._call("list_tables", None, repeatable=True, ExclusiveStartTableName=last)
            yield from answer["TableNames"]


def _own_keys(
    partition_key: str, partition_key_type: str, sort_key: str | None, sort_key_type: str
) -> Iterator[tuple[str, object, object]]:
    yield "partition_key", partition_key, partition_key_type
    if sort_key is not None:
        yield "sort_key", sort_key, sort_key_type


def _stream(view_type: str) -> dict[str, Any]:
    return {"StreamEnabled": True, "StreamViewType": view_type}
