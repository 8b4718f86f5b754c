"""One writer, many readers, no queue."""

import threading

from device.system.latest import Latest


def test_a_reader_gets_only_the_newest() -> None:
    latest = Latest(0)
    for value in (1, 2, 3):
        latest.publish(value)
    got = latest.wait(-1, 0.0)
    assert got is not None
    serial, value = got
    assert value == 3
    assert latest.wait(serial, 0.01) is None


def test_many_wait_for_one() -> None:
    latest = Latest("old")
    got: list[str] = []

    def wait() -> None:
        answer = latest.wait(0, 5.0)
        if answer:
            got.append(answer[1])

    threads = [threading.Thread(target=wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    latest.publish("new")
    for thread in threads:
        thread.join(5.0)
    assert got == ["new"] * 8


def test_closing_wakes_those_who_wait() -> None:
    latest = Latest(0)
    waiting = threading.Thread(target=latest.wait, args=(0, 30.0))
    waiting.start()
    latest.close()
    waiting.join(2.0)
    assert not waiting.is_alive()
    assert latest.closed
