"""Threads that are asked to end."""

import queue
import threading

import pytest

from device.errors import ZombieThread
from device.system.worker import Worker


def test_a_worker_ends_when_it_is_asked_to() -> None:
    worker = Worker(lambda: worker.stopping.wait(10.0), name="waiter")
    worker.start()
    worker.stop(5.0)
    assert not worker.is_alive()
    worker.stop(5.0)


def test_one_that_waits_for_something_else_is_woken() -> None:
    tasks: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    done: list[str] = []

    def work(first: str) -> None:
        done.append(first)
        while (task := tasks.get()) is not None:
            done.append(task)

    worker = Worker(work, "first", name="queue", wake=lambda: tasks.put(None))
    worker.start()
    tasks.put("second")
    worker.stop(5.0)
    assert done == ["first", "second"]


def test_one_that_does_not_end_is_reported() -> None:
    release = threading.Event()
    worker = Worker(release.wait, name="stuck")
    worker.start()
    with pytest.raises(ZombieThread, match=r"the thread stuck did not end within 0\.05 s"):
        worker.stop(0.05)
    release.set()
    worker.stop(5.0)
    assert not worker.is_alive()


def test_one_that_was_never_started_has_nothing_to_end() -> None:
    Worker(lambda: None, name="idle").stop(0.0)
