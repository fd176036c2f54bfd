"""Turns at hosts, on a clock that only moves when somebody sleeps."""

from __future__ import annotations

import threading

import pytest

from pipelines.feeds.politeness import HostGate


class Hands:
    def __init__(self):
        self.at = 100.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(round(seconds, 6))
        self.at += seconds


@pytest.fixture
def hands():
    return Hands()


@pytest.fixture
def gate(hands):
    return HostGate(2.0, monotonic=lambda: hands.at, sleep=hands.sleep)


def test_the_second_request_waits_and_another_host_does_not(gate, hands):
    with gate.turn("a") as waited:
        assert waited == 0
        hands.at += 5
    assert gate.ready_at("a") == 107
    with gate.turn("b"):
        pass
    with gate.turn("a") as waited:
        assert waited == 2
    assert hands.slept == [2]


def test_a_crawl_delay_lengthens_the_pause_of_its_host_only(gate, hands):
    gate.slow_down("a", 10)
    gate.slow_down("b", 0.5)
    for host in ("a", "b", "a", "b"):
        with gate.turn(host):
            pass
    assert hands.slept == [10]
    with gate.turn("b"):
        pass
    assert hands.slept == [10, 2]


def test_a_turn_ends_also_when_the_request_fails(gate, hands):
    with pytest.raises(KeyError), gate.turn("a"):
        raise KeyError
    with gate.turn("a"):
        pass
    assert hands.slept == [2]


def test_one_at_a_time_for_real():
    gate = HostGate(0.0)
    inside, most = [], []

    def ask():
        with gate.turn("a"):
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.01)
            inside.pop()

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert most == [1] * 5
