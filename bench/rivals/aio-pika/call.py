"""Calls by direct reply-to, with confirmed requests."""
from aio_pika import Message
from background import in_background
from common.calls import Calls
from common.names import REPLY_TO, ROUTING_KEY
from connection import Line


async def open_part(assignment):
    line = await Line.open(assignment['url'])
    exchange = await line.exchange()
    calls = Calls()

    async def on_answer(message):
        calls.answered(message.correlation_id, message.body)

    def send(body, correlation_id, confirmed):
        request = Message(
            body, content_type='application/json', correlation_id=correlation_id, reply_to=REPLY_TO
        )
        in_background(exchange.publish(request, ROUTING_KEY, mandatory=False), confirmed)

    # It cannot be declared, so it is not looked for, either.
    replies = await line.channel.get_queue(REPLY_TO, ensure=False)
    await replies.consume(on_answer, no_ack=True)
    return calls.part(assignment, send, line.close)
