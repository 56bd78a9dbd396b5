"""Where aio-pika's parts publish and consume."""
from aio_pika import connect_robust
from common.names import EXCHANGE, PREFETCH, QUEUE


class Line:
    """One channel on a connection of its own. asyncio switches Nagle's algorithm off by itself."""

    def __init__(self, connection, channel):
        self.channel = channel
        self._connection = connection

    @classmethod
    async def open(cls, url):
        connection = await connect_robust(url)
        return cls(connection, await connection.channel(publisher_confirms=True))

    async def exchange(self):
        """The bench's exchange. `publish` gives a coroutine that ends when the broker has confirmed."""
        return await self.channel.get_exchange(EXCHANGE)

    async def consume(self, on_message):
        """Runs `on_message(message)` as a task for each message of the bench's queue; it must ack."""
        await self.channel.set_qos(prefetch_count=PREFETCH)
        queue = await self.channel.get_queue(QUEUE)
        await queue.consume(on_message)

    async def close(self):
        """Closes the channel first, behind what was written to it: a connection does not wait for that."""
        await self.channel.close()
        await self._connection.close()
