"""Publishes on one connection what it consumes on another."""
import asyncio

from common.ticks import Ticks
from connection import Line
from consumer import consume
from publisher import Publisher


async def open_part(assignment):
    outgoing, incoming = await Line.open(assignment['url']), await Line.open(assignment['url'])
    publisher = await Publisher.open(outgoing)
    ticks = Ticks()

    def on_message(channel, method, _properties, body):
        ticks.handle(body)
        channel.basic_ack(method.delivery_tag)

    async def close():
        await asyncio.gather(incoming.close(), outgoing.close())

    await consume(incoming, on_message)
    return ticks.part(assignment, publisher.send, close)
