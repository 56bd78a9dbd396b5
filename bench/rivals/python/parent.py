"""The channel to the process that has started this one."""
import asyncio
import json
import os
import socket


class Parent:
    """What Node's `fork` leaves to its child: a socket, named by NODE_CHANNEL_FD, that carries lines of JSON."""

    def __init__(self, reader, writer):
        self._reader = reader
        self._writer = writer

    @classmethod
    async def connect(cls):
        channel = socket.socket(fileno=int(os.environ['NODE_CHANNEL_FD']))
        return cls(*await asyncio.open_unix_connection(sock=channel))

    def send(self, message):
        self._writer.write(json.dumps(message).encode() + b'\n')

    async def commands(self):
        """What the parent asks, until it hangs up. What Node tells its own kind is passed over."""
        async for line in self._reader:
            command = json.loads(line)
            if not command.get('cmd', '').startswith('NODE_'):
                yield command
