"""The library for single tables and items: `headrace.DynamoDBManager`."""

from __future__ import annotations

from headrace.aws.manager.batching import BatchResult, FailedItem
from headrace.aws.manager.manager import DynamoDBManager
from headrace.aws.manager.summary import Capacity, TableSummary

__all__ = ["BatchResult", "Capacity", "DynamoDBManager", "FailedItem", "TableSummary"]
