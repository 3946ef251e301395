"""A function's environment is checked whole before anything runs."""

from __future__ import annotations

import pytest

from headrace import names
from headrace.errors import SettingError
from lambdas.settings import Settings, read_settings

ENVIRONMENT = {
    names.ENV_BUCKET: "data",
    names.ENV_WRITE_QUEUE_URL: "url",
    names.ENV_LEDGER_TABLE: "ledger",
    names.ENV_TABLES: "orders, logs*,",
    names.ENV_RETENTION_DAYS: "30",
    names.ENV_STALL_SECONDS: "900",
}


def test_the_environment_becomes_a_value() -> None:
    assert read_settings(ENVIRONMENT) == Settings("data", "url", "ledger", ("orders", "logs*"), 30, 900)


def test_all_that_is_missing_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        read_settings({})
    assert [problem.split()[3] for problem in caught.value.problems] == list(ENVIRONMENT)


def test_a_number_that_is_none_says_what_was_seen() -> None:
    with pytest.raises(SettingError, match="HEADRACE_RETENTION_DAYS is 'a month'; allowed: a whole number"):
        read_settings(ENVIRONMENT | {names.ENV_RETENTION_DAYS: "a month"})
