"""Coroutines that nobody awaits here."""
import asyncio

# The event loop holds tasks weakly: one that nobody else holds may be collected while it waits.
_tasks = set()


def in_background(coroutine, done):
    """Runs it as a task, and calls `done()` at its end, or `done(error)`."""
    def ended(task):
        _tasks.discard(task)
        done(task.exception())

    task = asyncio.create_task(coroutine)
    _tasks.add(task)
    task.add_done_callback(ended)
