"""What users import from `headrace`: all that is promised, and nothing before they ask for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

import headrace
from headrace import errors


def test_every_public_name_is_there() -> None:
    assert [name for name in headrace.__all__ if getattr(headrace, name).__name__ != name] == []
    assert set(headrace.__all__) <= set(dir(headrace))


def test_every_public_error_is_a_public_name() -> None:
    own = {name for name, kind in vars(errors).items() if isinstance(kind, type) and name[0] != "_"}
    assert {name for name in own if issubclass(getattr(errors, name), Exception)} == {
        name for name in headrace.__all__ if name.endswith("Error")
    }


def test_public_names_are_in_order_and_once() -> None:
    assert sorted(set(headrace.__all__)) == headrace.__all__


def test_a_name_that_is_not_there_is_an_error_of_python() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Loader'"):
        _ = headrace.Loader


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter has loaded then."""
    script = f"import sys; {statement}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    return set(subprocess.check_output([sys.executable, "-c", script], text=True).split())


def test_importing_headrace_loads_no_aws_library_and_nothing_heavy() -> None:
    light = loaded_by("import headrace; headrace.__all__; dir(headrace)")
    assert not light & {"boto3", "botocore", "orjson", "urllib3", "asyncio"}
    assert "boto3" in loaded_by("from headrace import DynamoDBManager")
