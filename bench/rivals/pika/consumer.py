"""A channel that consumes the bench's queue."""
from common.names import PREFETCH, QUEUE
from connection import answered


async def consume(line, on_message):
    """Calls `on_message(channel, method, properties, body)` with each message; it must ack."""
    await answered(line.channel.basic_qos, prefetch_count=PREFETCH)
    await answered(line.channel.basic_consume, QUEUE, on_message)
