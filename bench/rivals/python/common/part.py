"""One process of a candidate, connected and ready: the twin of bench/candidates/part.ts."""
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


def _nothing_handled():
    return 0


@dataclass
class Part:
    """What `open_part(assignment)` of each role gives."""

    # Finishes what is under way and disconnects.
    close: Callable[[], Awaitable[None]]
    # Moves so many messages or makes so many calls, and gives how long each took in milliseconds. A server has none.
    # Raises when one was lost, came twice, or was answered with the answer to another.
    run: Callable[[int], Awaitable[list[float]]] | None = None
    # How many calls a server has handled so far.
    handled: Callable[[], int] = _nothing_handled
