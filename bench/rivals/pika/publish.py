"""Publishes commands and counts confirms."""
from common.publishing import publishing
from connection import Line
from publisher import Publisher


async def open_part(assignment):
    line = await Line.open(assignment['url'])
    publisher = await Publisher.open(line)
    return publishing(assignment, publisher.send, line.close)
