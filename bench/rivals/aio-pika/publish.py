"""Publishes commands; each is awaited until it is confirmed."""
from common.publishing import publishing
from connection import Line
from sender import sender


async def open_part(assignment):
    line = await Line.open(assignment['url'])
    return publishing(assignment, await sender(line), line.close)
