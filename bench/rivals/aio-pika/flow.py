"""Publishes on one connection what it consumes on another."""
import asyncio

from common.ticks import Ticks
from connection import Line
from sender import sender


async def open_part(assignment):
    outgoing, incoming = await Line.open(assignment['url']), await Line.open(assignment['url'])
    ticks = Ticks()

    async def on_message(message):
        ticks.handle(message.body)
        await message.ack()

    async def close():
        await asyncio.gather(incoming.close(), outgoing.close())

    await incoming.consume(on_message)
    return ticks.part(assignment, await sender(outgoing), close)
