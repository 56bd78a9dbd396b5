"""Calls, each answered by what belongs to it."""
import asyncio

from common.envelope import decode, encode
from common.parameters import parameters_of, wrong_answer
from common.part import Part
from common.pump import pump

# How long a call waits for its answer.
TIMEOUT_S = 30


class Calls:
    """Knows the calls that wait by their correlation ids: neither rival keeps them for its users."""

    def __init__(self):
        self._waiting = {}
        self._last_id = 0

    def answered(self, correlation_id, body):
        """To be called with what has come. Raises KeyError when nobody waits for it: it came twice."""
        index, done, timer = self._waiting.pop(correlation_id)
        timer.cancel()
        done(wrong_answer(decode(body)['content']['parameters'], index))

    def part(self, assignment, send, close):
        """Asks by `send(body, correlation_id, confirmed)`, which calls `confirmed` when the broker has the request.

        A call does not wait for that, but fails when the request is refused.
        """
        parameters = parameters_of(assignment['bodyBytes'])

        def start(index, done):
            def confirmed(error=None):
                if error:
                    done(error)

            send(encode('rpc', 'ask', parameters(index)), self._register(index, done), confirmed)

        return Part(run=lambda count: pump(count, assignment['inFlight'], start), close=close)

    def _register(self, index, done):
        late = TimeoutError(f'Call {index} timed out.')
        timer = asyncio.get_running_loop().call_later(TIMEOUT_S, done, late)
        self._last_id += 1
        correlation_id = str(self._last_id)
        self._waiting[correlation_id] = index, done, timer
        return correlation_id
