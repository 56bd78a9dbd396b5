"""Calls by direct reply-to, with confirmed requests."""
from common.calls import Calls
from common.names import EXCHANGE, REPLY_TO, ROUTING_KEY
from connection import Line, answered
from pika import BasicProperties
from publisher import Publisher


async def open_part(assignment):
    line = await Line.open(assignment['url'])
    publisher = await Publisher.open(line)
    calls = Calls()

    def on_answer(_channel, _method, properties, body):
        calls.answered(properties.correlation_id, body)

    def send(body, correlation_id, confirmed):
        properties = BasicProperties(
            content_type='application/json', correlation_id=correlation_id, reply_to=REPLY_TO
        )
        publisher.publish(EXCHANGE, ROUTING_KEY, body, properties, confirmed)

    await answered(line.channel.basic_consume, REPLY_TO, on_answer, auto_ack=True)
    return calls.part(assignment, send, line.close)
