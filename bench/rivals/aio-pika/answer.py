"""Answers calls; each is acked when its answer is confirmed."""
import asyncio

from aio_pika import Message
from common.answers import Answers
from connection import Line


async def open_part(assignment):
    outgoing, incoming = await Line.open(assignment['url']), await Line.open(assignment['url'])
    answers = Answers()
    under_way = set()

    async def on_call(call):
        task = asyncio.current_task()
        under_way.add(task)
        answer = Message(
            answers.to(call.body), content_type='application/json', correlation_id=call.correlation_id
        )
        await outgoing.channel.default_exchange.publish(answer, call.reply_to, mandatory=False)
        await call.ack()
        under_way.discard(task)

    async def close():
        await asyncio.gather(*under_way)
        await asyncio.gather(incoming.close(), outgoing.close())

    await incoming.consume(on_call)
    return answers.part(close)
