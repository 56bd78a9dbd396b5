"""Answers calls; each is acked when its answer is confirmed."""
import asyncio

from common.answers import Answers
from connection import Line
from consumer import consume
from pika import BasicProperties
from publisher import Publisher


async def open_part(assignment):
    outgoing, incoming = await Line.open(assignment['url']), await Line.open(assignment['url'])
    publisher = await Publisher.open(outgoing)
    answers = Answers()

    def on_call(channel, method, call, body):
        def confirmed(error):
            if error:
                raise error
            channel.basic_ack(method.delivery_tag)

        properties = BasicProperties(content_type='application/json', correlation_id=call.correlation_id)
        publisher.publish('', call.reply_to, answers.to(body), properties, confirmed)

    async def close():
        await publisher.finish()
        await asyncio.gather(incoming.close(), outgoing.close())

    await consume(incoming, on_call)
    return answers.part(close)
