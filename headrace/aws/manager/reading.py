"""Queries and scans that page through everything, as lists or item by item."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any

from headrace.aws.clients import MAX_CONNECTIONS
from headrace.aws.manager.base import ManagerBase
from headrace.aws.manager.expressions import Expression, Projection, expressions
from headrace.aws.manager.items import Item
from headrace.aws.manager.values import Typed, plain_item
from headrace.errors import RequestInvalidError
from headrace.job.problems import Problems, seen


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[dict[str, Typed]]
    next: dict[str, Typed] | None


_ReadPage = Callable[[Mapping[str, Any]], _Page]
"""One page, by what is to be added to its request."""
_Items = Generator[dict[str, Typed], None, None]


class ReadMethods(ManagerBase):
    def query_items(
        self,
        table_name: str,
        key_condition: Expression,
        *,
        filter_expression: Expression | None = None,
        index_name: str | None = None,
        projection: Projection | None = None,
        limit: int | None = None,
        scan_forward: bool = True,
        consistent_read: bool = False,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> list[Item]:
        """All items of one partition that the conditions allow, over as many pages as it takes.

        Args:
            key_condition: `Key("UserID").eq("u1") & Key("Timestamp").begins_with("2024")`, or a text such
                as `"UserID = :id"` with `values={":id": "u1"}`.
            filter_expression: what items have to be like beside that. It saves no read units: DynamoDB
                filters what it has read.
            index_name: the index to query.
            projection: attributes to get, such as `"Name, Email"` or a list; reserved words need no
                placeholder.
            limit: how many items to return at most, behind the filter.
            scan_forward: by the sort key from low to high; False: from high to low.
            consistent_read: at twice the price, also what was written a moment ago; not of global indexes.
            values: what each `:name` in texts stands for.
            names: what each `#name` in texts stands for.

        Raises:
            RequestInvalidError: DynamoDB or Headrace does not understand a condition.

        >>> from headrace import DynamoDBManager
        >>> from boto3.dynamodb.conditions import Key
        >>> manager.query_items("Orders", Key("City").eq("Bern") & Key("Day").gt(2), projection="Name")
        [{'Name': 'Cem'}]
        >>> manager.query_items("Orders", "City = :city", values={":city": "Bern"}, limit=1)
        [{'City': 'Bern', 'Day': Decimal('1'), 'Name': 'Ann'}]
        """
        return list(
            self.iter_query(
                table_name,
                key_condition,
                filter_expression=filter_expression,
                index_name=index_name,
                projection=projection,
                limit=limit,
                scan_forward=scan_forward,
                consistent_read=consistent_read,
                values=values,
                names=names,
            )
        )

    def iter_query(
        self,
        table_name: str,
        key_condition: Expression,
        *,
        filter_expression: Expression | None = None,
        index_name: str | None = None,
        projection: Projection | None = None,
        limit: int | None = None,
        scan_forward: bool = True,
        consistent_read: bool = False,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Iterator[Item]:
        """As `query_items`, item by item: a page at a time is read and held.

        >>> for item in manager.iter_query("Orders", "City = :city", values={":city": "Bern"}):
        ...     print(item["Name"])
        Ann
        Cem
        """
        request = expressions(
            values,
            names,
            key_condition=key_condition,
            filter_expression=filter_expression,
            projection=projection,
        )
        request |= {"ScanIndexForward": scan_forward, "ConsistentRead": consistent_read}
        read = self._reader("query", table_name, index_name, limit, request)
        return _plain(_segment(read), limit)

    def scan_table(
        self,
        table_name: str,
        *,
        filter_expression: Expression | None = None,
        index_name: str | None = None,
        projection: Projection | None = None,
        limit: int | None = None,
        consistent_read: bool = False,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
        parallel: int = 1,
    ) -> list[Item]:
        """All items of the table that the filter allows, over as many pages as it takes.

        Reads, and is billed for, the whole table. For large ones see `iter_scan`, and the `export` and
        `copy` of a deployed Headrace.

        Args:
            index_name: the index to scan in place of the table.
            parallel: segments that are read at the same time, by a thread each; 1 to 64.
            filter_expression, projection, limit, consistent_read, values, names: as for `query_items`.

        >>> from boto3.dynamodb.conditions import Attr
        >>> manager.scan_table("Orders", filter_expression=Attr("Name").eq("Bo"), projection=["City", "Name"])
        [{'City': 'Basel', 'Name': 'Bo'}]
        """
        return list(
            self.iter_scan(
                table_name,
                filter_expression=filter_expression,
                index_name=index_name,
                projection=projection,
                limit=limit,
                consistent_read=consistent_read,
                values=values,
                names=names,
                parallel=parallel,
            )
        )

    def iter_scan(
        self,
        table_name: str,
        *,
        filter_expression: Expression | None = None,
        index_name: str | None = None,
        projection: Projection | None = None,
        limit: int | None = None,
        consistent_read: bool = False,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
        parallel: int = 1,
    ) -> Iterator[Item]:
        """As `scan_table`, item by item: a page a segment is read ahead and held.

        >>> sum(1 for item in manager.iter_scan("Orders", parallel=4))
        3
        """
        problems = Problems(RequestInvalidError)
        if not 1 <= parallel <= MAX_CONNECTIONS:
            problems.add("parallel", seen(parallel), f"1 to {MAX_CONNECTIONS}")
        problems.raise_if_any()
        request = expressions(values, names, filter_expression=filter_expression, projection=projection)
        request["ConsistentRead"] = consistent_read
        read = self._reader("scan", table_name, index_name, limit, request)
        return _plain(_segment(read) if parallel == 1 else _segments(read, parallel), limit)

    def _reader(
        self, method: str, table: str, index: str | None, limit: int | None, request: dict[str, Any]
    ) -> _ReadPage:
        if limit is not None and limit < 1:
            raise RequestInvalidError([f"limit: {seen(limit)}; allowed: 1 or more, or None"])
        if index is not None:
            request["IndexName"] = index
        if limit is not None and "FilterExpression" not in request:
            request["Limit"] = limit

        def read(more: Mapping[str, Any]) -> _Page:
            answer = self._call(method, table, repeatable=True, TableName=table, **request, **more)
            return _Page(answer["Items"], answer.get("LastEvaluatedKey"))

        return read


def _plain(items: _Items, limit: int | None) -> Iterator[Item]:
    with closing(items):
        yield from map(plain_item, islice(items, limit))


def _segment(read: _ReadPage) -> _Items:
    page = read({})
    yield from page.items
    while page.next:
        page = read({"ExclusiveStartKey": page.next})
        yield from page.items


def _segments(read: _ReadPage, total: int) -> _Items:
    """A page of each segment at a time is read or waits to be taken: memory does not grow."""

    def submit(segment: int, **more: Any) -> Future[_Page]:
        return pool.submit(read, {"Segment": segment, "TotalSegments": total, **more})

    with ThreadPoolExecutor(total) as pool:
        reading = {submit(segment): segment for segment in range(total)}
        while reading:
            for done in wait(reading, return_when=FIRST_COMPLETED).done:
                segment, page = reading.pop(done), done.result()
                if page.next:
                    reading[submit(segment, ExclusiveStartKey=page.next)] = segment
                yield from page.items
