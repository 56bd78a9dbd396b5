"""pika calls back; the parts of the bench await. Here one becomes the other."""
import asyncio

from pika import URLParameters
from pika.adapters.asyncio_connection import AsyncioConnection
from pika.exceptions import ChannelClosedByClient, ConnectionClosedByClient


class Line:
    """One channel on a connection of its own. pika switches Nagle's algorithm off by itself."""

    def __init__(self):
        self.channel = None
        self._connection = None
        self._closed = asyncio.get_running_loop().create_future()

    @classmethod
    async def open(cls, url):
        line = cls()
        opened = asyncio.get_running_loop().create_future()
        line._connection = AsyncioConnection(
            URLParameters(url),
            on_open_callback=opened.set_result,
            on_open_error_callback=lambda _, error: opened.set_exception(error),
            on_close_callback=line._on_close,
        )
        await opened
        line.channel = await _opened_channel(line._connection)
        return line

    async def close(self):
        """pika writes what it was given and closes the channel first."""
        self._connection.close()
        await self._closed

    def _on_close(self, _connection, reason):
        _check_ours(reason)
        self._closed.set_result(None)


async def answered(method, *arguments, **options):
    """Calls a method of pika, and gives what the broker answers it."""
    answer = asyncio.get_running_loop().create_future()
    method(*arguments, callback=answer.set_result, **options)
    return await answer


async def _opened_channel(connection):
    opened = asyncio.get_running_loop().create_future()
    channel = connection.channel(on_open_callback=opened.set_result)
    channel.add_on_close_callback(lambda _channel, reason: _check_ours(reason))
    return await opened


def _check_ours(reason):
    """Who has closed it? What the broker closes is an error that nobody catches: it ends the process."""
    if not isinstance(reason, (ChannelClosedByClient, ConnectionClosedByClient)):
        raise reason
