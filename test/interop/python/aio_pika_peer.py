"""A peer written with aio-pika: aio_pika_peer.py URL ROLE QUEUE [BODY]. Prints one JSON document."""
import asyncio
import sys

import aio_pika
from aio_pika.exceptions import ChannelNotFoundEntity, DeliveryError

from peer import HEADERS, PROPERTIES, run, upper

LIMIT_S = 20


def shown(message):
    return {
        'body': message.body.decode(),
        'redelivered': message.redelivered,
        'headers': dict(message.headers),
        **{name: getattr(message, name) for name in PROPERTIES},
    }


async def publish(channel, queue, body):
    message = aio_pika.Message(body.encode(), headers=HEADERS, **PROPERTIES)
    await channel.default_exchange.publish(message, queue, mandatory=True)
    return 'confirmed'


async def unroutable(channel, queue, body):
    try:
        await channel.default_exchange.publish(aio_pika.Message(body.encode()), queue, mandatory=True)
    except DeliveryError:
        return 'returned'
    return 'routed'


async def get(channel, queue, _body):
    message = await (await channel.get_queue(queue)).get(timeout=LIMIT_S)
    await message.ack()
    return shown(message)


async def consume(channel, queue, count):
    taken = []
    await channel.set_qos(prefetch_count=1)
    async with (await channel.get_queue(queue)).iterator() as messages:
        async for message in messages:
            taken.append(shown(message))
            await message.ack()
            if len(taken) == int(count):
                break
    return taken


async def serve(channel, queue, count):
    served = 0
    async with (await channel.get_queue(queue)).iterator() as messages:
        async for message in messages:
            answer = aio_pika.Message(upper(message.body), correlation_id=message.correlation_id)
            # Brokers return mandatory answers to amq.rabbitmq.reply-to although they deliver them.
            await channel.default_exchange.publish(answer, message.reply_to, mandatory=False)
            await message.ack()
            served += 1
            if served == int(count):
                break
    return 'served'


async def call(channel, queue, body):
    replies = await channel.declare_queue(exclusive=True)
    request = aio_pika.Message(body.encode(), reply_to=replies.name, correlation_id='call')
    await channel.default_exchange.publish(request, queue)
    async with replies.iterator(no_ack=True) as messages:
        async for message in messages:
            return {'body': message.body.decode(), 'correlation_id': message.correlation_id}


async def missing(channel, queue, _body):
    try:
        await channel.get_queue(queue, ensure=True)
    except ChannelNotFoundEntity:
        return 404
    return 'there'


async def converse(url, role, queue, body):
    connection = await aio_pika.connect_robust(url)
    async with connection:
        return await asyncio.wait_for(globals()[role](await connection.channel(on_return_raises=True), queue, body), LIMIT_S)


def main(url, role, queue, body):
    return asyncio.run(converse(url, role, queue, body))


run(main, sys.argv)
