"""A channel in confirm mode that tells of each message when it is confirmed."""
import asyncio
from itertools import takewhile

from common.names import EXCHANGE, ROUTING_KEY
from connection import answered
from pika import BasicProperties
from pika.exceptions import NackError
from pika.spec import Basic

PERSISTENT = BasicProperties(content_type='application/json', delivery_mode=2)


class Publisher:
    """pika calls back with delivery tags; which message a tag belongs to is left to its users."""

    def __init__(self, channel):
        self._channel = channel
        self._last_tag = 0
        self._unconfirmed = {}
        self._all_confirmed = asyncio.Event()

    @classmethod
    async def open(cls, line):
        publisher = cls(line.channel)
        await answered(line.channel.confirm_delivery, publisher._on_confirm)
        return publisher

    def publish(self, exchange, routing_key, body, properties, done):
        """Calls `done()` when the broker has confirmed, or `done(error)` when it has refused."""
        self._channel.basic_publish(exchange, routing_key, body, properties)
        self._last_tag += 1
        self._unconfirmed[self._last_tag] = done

    def send(self, body, done):
        """Publishes a persistent command to where the bench wants it."""
        self.publish(EXCHANGE, ROUTING_KEY, body, PERSISTENT, done)

    async def finish(self):
        """Waits until all is confirmed; nothing is published any more."""
        if self._unconfirmed:
            await self._all_confirmed.wait()

    def _on_confirm(self, frame):
        """An ack or a nack, of one message or of all up to it: tags grow, and the dict keeps their order."""
        tag = frame.method.delivery_tag
        confirmed = [tag]
        if frame.method.multiple:
            confirmed = list(takewhile(lambda each: each <= tag, self._unconfirmed))
        error = None if isinstance(frame.method, Basic.Ack) else NackError(confirmed)
        for each in confirmed:
            self._unconfirmed.pop(each)(error)
        if not self._unconfirmed:
            self._all_confirmed.set()
