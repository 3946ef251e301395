from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import SettingError
from infra.readers import LOG_RETENTION_DAYS
from infra.settings import Settings, Target, is_local


def settings(**context: object) -> Settings:
    return Settings.from_context(context.get)


def target(endpoint_url: str | None) -> Target:
    context: dict[str, object] = {}
    return Settings.from_context(context.get, endpoint_url).target


def problems(**context: object) -> tuple[str, ...]:
    with pytest.raises(SettingError) as raised:
        settings(**context)
    return raised.value.problems


def test_an_empty_context_gives_the_defaults() -> None:
    assert settings() == Settings()


def test_every_setting_is_read_from_the_command_lines_text() -> None:
    context = {
        "tables": "one-table, orders-*",
        "memory_plan": "256",
        "writer_concurrency": "20",
        "retention_days": "7",
        "removal_policy": "destroy",
        "architecture": "x86_64",
        "stack_name": "Other",
    }
    read = settings(**context)
    assert read.tables == ("one-table", "orders-*")
    assert (read.memory_plan, read.writer_concurrency, read.retention_days) == (256, 20, 7)
    assert (read.removal_policy, read.architecture, read.stack_name) == ("destroy", "x86_64", "Other")


def test_tables_may_be_a_list_and_each_counts_once() -> None:
    assert settings(tables=["a-table", " a-table ", "b.table"]).tables == ("a-table", "b.table")


def test_a_tables_arn_is_kept_as_it_is() -> None:
    arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
    assert settings(tables=arn).tables == (arn,)


@pytest.mark.parametrize(
    "tables",
    [
        "*",
        "",
        "a-table,",
        "ab",
        "or*ders",
        "**",
        [],
        [1],
        {},
        7,
        "arn:aws:dynamodb:us-east-1:123456789012:table/*",
    ],
)
def test_tables_that_name_everything_or_nothing_are_refused(tables: object) -> None:
    (problem,) = problems(tables=tables)
    assert problem.startswith("tables: ")


QUEUE = "arn:aws:sqs:eu-west-1:123456789012:rows"
ROLE = "arn:aws:iam::123456789012:role/path/theirs"


def test_queues_and_roles_are_lists_of_arns() -> None:
    read = settings(queues=f"{QUEUE}, {QUEUE}.fifo,{QUEUE}-*", roles=[ROLE])
    assert read.queues == (QUEUE, f"{QUEUE}.fifo", f"{QUEUE}-*")
    assert read.roles == (ROLE,)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("queues", "rows"),
        ("queues", "arn:aws:sqs:eu-west-1:123456789012:*"),
        ("queues", "https://sqs.eu-west-1.amazonaws.com/123456789012/rows"),
        ("roles", "theirs"),
        ("roles", "arn:aws:iam::123456789012:role/*"),
        ("roles", "arn:aws:iam::123456789012:user/me"),
        ("scan_table", "orders-*"),
        ("scan_queue_url", QUEUE),
    ],
)
def test_what_else_may_be_used_has_to_be_named_in_full(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name}: ")
    assert "give " in problem


def test_the_scanners_own_table_and_queue_are_set_by_name_and_by_url() -> None:
    url = "http://localhost:4566/000000000000/rows.fifo"
    read = settings(scan_table="orders", scan_queue_url=url)
    assert (read.scan_table, read.scan_queue_url) == ("orders", url)


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        tables="*",
        memory_plan=64,
        writer_concurrency=1,
        writer_timeout=901,
        retention_days=8,
        removal_policy="keep",
        kms_key_arn="alias/mine",
        architecture="riscv",
        max_receives=True,
    )
    assert len(found) == 9


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("memory_load_chunk", 128, 10240),
        ("writer_concurrency", 2, 1000),
        ("writer_timeout", 5, 900),
        ("loader_timeout", 5, 900),
        ("max_receives", 1, 1000),
    ],
)
def test_a_number_is_allowed_up_to_its_limits(name: str, low: int, high: int) -> None:
    assert getattr(settings(**{name: low}), name) == low
    assert getattr(settings(**{name: str(high)}), name) == high
    assert problems(**{name: low - 1}) == (
        f"{name}: {low - 1} is not allowed; give a whole number from {low} to {high}",
    )
    assert problems(**{name: high + 1})[0].startswith(f"{name}: {high + 1} ")


@pytest.mark.parametrize("days", LOG_RETENTION_DAYS)
def test_every_retention_of_cloudwatch_logs_is_allowed(days: int) -> None:
    assert settings(retention_days=days).retention_days == days


def test_patience_covers_every_redelivery_unless_it_is_given() -> None:
    assert settings(writer_timeout=300).stall_seconds == 5 * 6 * 300
    assert settings(writer_timeout=300, stall_seconds=600).stall_seconds == 600


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:4566",
        "http://127.0.0.1:4599",
        "http://[::1]:1",
        "https://localhost.localstack.cloud",
    ],
)
def test_an_endpoint_of_this_machine_is_local(url: str) -> None:
    assert is_local(url)
    assert target(url).this_machine


@pytest.mark.parametrize(
    "url", [None, "", "https://dynamodb.eu-west-1.amazonaws.com", "http://localhost.example.org"]
)
def test_any_other_endpoint_gets_lambdas_newest_python(url: str | None) -> None:
    assert target(url) == Target("3.14", "arm64")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4
)
NAMES = st.sampled_from(sorted(set(Settings.__dataclass_fields__) - {"local"}))


@given(st.dictionaries(NAMES, JSON | st.dictionaries(st.text(), JSON)))
def test_any_context_gives_settings_or_a_setting_error(context: dict[str, Any]) -> None:
    try:
        read = Settings.from_context(context.get)
    except SettingError:
        return
    assert "*" not in read.tables
