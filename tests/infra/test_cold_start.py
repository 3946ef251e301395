"""What each function loads as it starts; seconds are for `python -m benchmarks.cold`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.bare import BOTO3, Bare, Loaded, bare, importing, making
from benchmarks.peak import MADE

CEILING = 1.3
"""Times the byte code that boto3 with one client loads."""
NEVER = {
    "boto3",
    "s3transfer",
    "aws_xray_sdk",
    "pydantic",
    "requests",
    "click",
    "rich",
    "sqlite3",
    "headrace.cli",
    "headrace.here",
    "headrace.library",
}
"""Modules that no function needs to start."""
OF_ONE = {
    "headrace.planner": {"plan"},
    "headrace.loader": {"load_chunk"},
    "stringzilla": {"plan"},
    "headrace.scanning.scanner": {"scan_segment"},
    "headrace.writer": {"write_batch"},
    "headrace.dead_letters": {"dead_letter"},
    "headrace.reporter": {"report", "stop"},
    "aws_lambda_powertools.utilities.batch": {"write_batch", "dead_letter"},
}
"""Parts that no other functions load."""


@pytest.fixture(scope="module")
def process() -> Iterator[Bare]:
    with bare() as process:
        yield process


@pytest.fixture(scope="module")
def boto3(process: Bare) -> Loaded:
    return process.load(BOTO3)


@pytest.mark.parametrize("function", list(MADE))
def test_a_function_loads_little_more_than_boto3_with_a_client(
    process: Bare, boto3: Loaded, function: str
) -> None:
    loaded = process.load(importing(function))
    assert loaded.code <= CEILING * boto3.code
    assert len(loaded.modules) <= 1.5 * len(boto3.modules)
    assert not NEVER & set(loaded.modules)
    assert {part for part in OF_ONE if part in loaded.modules} == {
        part for part, functions in OF_ONE.items() if function in functions
    }


@pytest.mark.parametrize("function", list(MADE))
def test_with_its_clients_made_a_function_has_loaded_no_more_of_python(
    process: Bare, boto3: Loaded, function: str
) -> None:
    assert process.load(making(function)).code <= CEILING * boto3.code


def test_what_is_counted_is_what_is_loaded(process: Bare) -> None:
    nothing, decimal = process.load("pass"), process.load("import _pydecimal")
    assert set(decimal.modules) - set(nothing.modules) >= {"_pydecimal"}
    assert decimal.code - nothing.code > 50_000
