"""Clients are made when they are needed, and share what takes long to read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from types import SimpleNamespace

import pytest

from headrace.aws.clients import LateClient, session


def test_sessions_read_what_the_sdk_knows_of_services_once() -> None:
    here, there = (session(region).get_component("data_loader") for region in (None, "eu-west-1"))
    assert here is there


def test_a_late_client_is_made_once_and_only_when_it_is_used() -> None:
    made: list[object] = []
    together = Barrier(4)

    def make() -> object:
        made.append(object())
        return SimpleNamespace(answer=len(made))

    client = LateClient(make)
    assert made == []

    def use(_: int) -> int:
        together.wait()
        answer: int = client.answer
        return answer

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(4))) == [1, 1, 1, 1]


def test_a_late_client_that_could_not_be_made_is_made_when_it_is_used_again() -> None:
    answers = iter([OSError("no network"), SimpleNamespace(answer=1)])

    def make() -> object:
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    client = LateClient(make)
    with pytest.raises(OSError, match="no network"):
        _ = client.answer
    assert client.answer == 1
