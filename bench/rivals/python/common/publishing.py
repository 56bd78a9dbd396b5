"""Commands that are published and confirmed."""
from common.envelope import encode
from common.parameters import parameters_of
from common.part import Part
from common.pump import pump


def tick(parameters):
    """The body of a command."""
    return encode('message', 'tick', parameters)


def publishing(assignment, send, close):
    """Publishes by `send(body, done)`, which calls `done` when the broker has confirmed."""
    parameters = parameters_of(assignment['bodyBytes'])

    def start(index, done):
        send(tick(parameters(index)), done)

    return Part(run=lambda count: pump(count, assignment['inFlight'], start), close=close)
