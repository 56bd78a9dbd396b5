"""What drives all rivals in Python: the twin of bench/candidates/common/pump.ts."""
import asyncio
from time import perf_counter


def pump(count, in_flight, start):
    """Keeps `in_flight` jobs under way until `count` are done; gives a future of how long each took in milliseconds.

    `start(index, done)` starts a job, which calls `done()` at its end, or `done(error)`: the first error is that of the
    future. It is callbacks because pika has nothing else, and a future for each message would cost it a tenth.
    """
    all_done = asyncio.get_running_loop().create_future()
    took_ms = [0.0] * count
    started = finished = 0

    def start_next():
        nonlocal started
        index = started
        started += 1
        began_at = perf_counter()

        def done(error=None):
            nonlocal finished
            if all_done.done():
                return
            if error:
                all_done.set_exception(error)
                return
            took_ms[index] = (perf_counter() - began_at) * 1_000
            finished += 1
            if finished == count:
                all_done.set_result(took_ms)
            elif started < count:
                start_next()

        start(index, done)

    for _ in range(min(in_flight, count)):
        start_next()
    return all_done
