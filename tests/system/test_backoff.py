from device.system.backoff import Backoff


def test_waits_grow_from_1_to_20_s_and_a_success_begins_anew() -> None:
    backoff = Backoff()
    assert [backoff.failed() for _ in range(7)] == [1, 2, 4, 8, 16, 20, 20]
    backoff.succeeded()
    assert backoff.failed() == 1
