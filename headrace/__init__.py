"""Headrace moves data in bulk into DynamoDB tables, with every row accounted for."""

__version__ = "0.1.0"
