"""Delimited text: from the bytes of an object to records, and where an object may be cut."""
