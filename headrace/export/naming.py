"""Where the objects of an export lie below its prefix."""

from __future__ import annotations

from headrace.job.model import Shape

SUMMARY = "manifest-summary.json"
FILES = "manifest-files.json"
DATA = "data/"

ENDINGS = {Shape.DYNAMODB_JSON: "json", Shape.JSONL: "jsonl", Shape.DELIMITED: "csv"}


def folder(prefix: str) -> str:
    """The prefix with a slash behind it; that of a whole bucket is empty."""
    return prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def part_key(prefix: str, segment: int, part: int, shape: Shape) -> str:
    return f"{folder(prefix)}{DATA}{segment:06d}-{part:04d}.{ENDINGS[shape]}.gz"
