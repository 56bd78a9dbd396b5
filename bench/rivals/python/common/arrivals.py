"""Follows the messages of one run from being sent to being handled."""
import asyncio
from time import perf_counter


class Arrivals:
    """Each message that was sent must arrive once."""

    def __init__(self, count):
        # Holds how long each was under way, in milliseconds, when all have arrived.
        self.all = asyncio.get_running_loop().create_future()
        self._sent_at = [None] * count
        self._took_ms = [None] * count
        self._missing = count

    def sent(self, index):
        self._sent_at[index] = perf_counter()

    def arrived(self, index):
        if not 0 <= index < len(self._sent_at) or self._sent_at[index] is None:
            self._fail(f'Message {index} came, and was never sent.')
        elif self._took_ms[index] is not None:
            self._fail(f'Message {index} came twice.')
        else:
            self._took_ms[index] = (perf_counter() - self._sent_at[index]) * 1_000
            self._missing -= 1
            if self._missing == 0 and not self.all.done():
                self.all.set_result(self._took_ms)

    def _fail(self, reason):
        if self.all.done():
            raise ValueError(reason)
        self.all.set_exception(ValueError(reason))
