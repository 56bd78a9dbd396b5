"""A server's answers, and how many it gave."""
from common.envelope import decode, encode, key_of
from common.parameters import answer_to
from common.part import Part


class Answers:
    """Finds the handler of each request by its key."""

    def __init__(self):
        self._handled = 0
        self._handlers = {'rpc/command/ask': self._ask}

    def to(self, body):
        """The body of the answer to the body of a request."""
        request = decode(body)
        return encode('message', 'none', self._handlers[key_of(request)](request))

    def part(self, close):
        return Part(handled=lambda: self._handled, close=close)

    def _ask(self, request):
        self._handled += 1
        return answer_to(request['content']['parameters'])
