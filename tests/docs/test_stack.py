"""What the pages say of the stack is what the stack is."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any

import pytest

from headrace.errors import SettingError
from infra.protection import KEY_ACTIONS
from infra.settings import Settings
from tests.docs.blocks import page, quoted, table
from tests.infra.synthesis import allowed, of_type, properties

SETTINGS = table(page("settings"), "settings")
EVERYTHING = Settings(
    queues=("arn:aws:sqs:eu-west-1:123456789012:orders",), roles=("arn:aws:iam::111111111111:role/theirs",)
)
LOGGING = {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_the_page_has_every_setting() -> None:
    assert {row[0] for row in SETTINGS} == {field.name for field in fields(Settings)} - {"local"}


@pytest.mark.parametrize(("name", "default"), [(row[0], row[1]) for row in SETTINGS])
def test_a_setting_has_the_default_of_the_page(name: str, default: str) -> None:
    value: Any = getattr(Settings(), name)
    shown = ",".join(value) if isinstance(value, tuple) else str(value)
    assert default == ("none" if value is None else shown)


LIMITS = [
    (row[0], int(found[1]), int(found[2]))
    for row in SETTINGS
    if (found := re.fullmatch(r"(\d+) to (\d+)", row[2]))
]


@pytest.mark.parametrize(("name", "low", "high"), LIMITS)
def test_a_setting_has_the_limits_of_the_page(name: str, low: int, high: int) -> None:
    for value in (low, high):
        Settings.from_context({name: value}.get)
    for value in (low - 1, high + 1):
        with pytest.raises(SettingError, match=name):
            Settings.from_context({name: value}.get)


def permissions() -> dict[str, set[str]]:
    """Actions by function; a row without one goes on with the function above."""
    found: dict[str, set[str]] = {}
    function = ""
    for name, actions, _, _ in table(page("permissions"), "permissions"):
        function = name or function
        found.setdefault(function, set()).update(quoted(actions) or [actions])
    return found


@pytest.mark.parametrize(("function", "told"), list(permissions().items()))
def test_a_function_may_do_what_the_page_says(function: str, told: set[str]) -> None:
    role = f"Functions{function.title().replace('_', '')}Role"
    (policy,) = properties("AWS::IAM::Role", role, EVERYTHING)["Policies"]
    assert set(allowed(policy["PolicyDocument"])) - LOGGING == told


def test_the_page_has_every_function() -> None:
    roles = {name for name in of_type("AWS::Lambda::Function") if name.startswith("Functions")}
    assert {f"Functions{name.title().replace('_', '')}" for name in permissions()} == roles


def test_the_page_has_every_action_on_the_key() -> None:
    text = page("permissions").read_text()
    assert [action for action in KEY_ACTIONS if f"`{action}`" not in text] == []


def test_the_page_has_every_alarm() -> None:
    alarms = {name.removeprefix("Alarms") for name in of_type("AWS::CloudWatch::Alarm")}
    assert {row[0] for row in table(page("watch-it"), "alarms")} == alarms
