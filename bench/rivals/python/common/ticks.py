"""Commands from being sent to being handled, in one process."""
import asyncio

from common.arrivals import Arrivals
from common.envelope import decode, key_of
from common.parameters import parameters_of
from common.part import Part
from common.publishing import tick
from common.pump import pump


class Ticks:
    """Sends commands to itself, and waits until all were handled."""

    def __init__(self):
        self._arrivals = Arrivals(0)
        self._handlers = {'message/command/tick': self._arrived}

    def handle(self, body):
        """To be called with what has come."""
        envelope = decode(body)
        self._handlers[key_of(envelope)](envelope)

    def part(self, assignment, send, close):
        """Sends by `send(body, done)`, which calls `done` when the broker has confirmed."""
        parameters = parameters_of(assignment['bodyBytes'])

        def start(index, done):
            self._arrivals.sent(index)
            send(tick(parameters(index)), done)

        async def run(count):
            self._arrivals = Arrivals(count)
            took_ms, _ = await asyncio.gather(self._arrivals.all, pump(count, assignment['inFlight'], start))
            return took_ms

        return Part(run=run, close=close)

    def _arrived(self, envelope):
        self._arrivals.arrived(envelope['content']['parameters']['index'])
