"""One process of a rival in Python: child.py FOLDER ROLE ASSIGNMENT, led by its parent through messages.

The twin of bench/measure/child.ts: it obeys the same commands and counts in the same way.
"""
import asyncio
import importlib
import json
import os
import sys
import traceback
from time import perf_counter

from parent import Parent
from usage import cpu_ms, percentile, resident_bytes


class Child:
    """Leads a part through what the parent asks, and measures it."""

    def __init__(self):
        self._part = None
        self._cpu_began_ms = 0.0
        self._elapsed_ms = 0.0
        self._took_ms = []

    async def open(self, role, assignment):
        program = importlib.import_module(role)
        self._part = await program.open_part(assignment)
        return {}

    async def obey(self, command):
        match command['ask']:
            case 'begin':
                self._cpu_began_ms = cpu_ms()
            case 'run':
                await self._run(command['count'])
            case 'report':
                return {'report': self._report()}
            case 'close':
                await self._part.close()
        return {}

    async def _run(self, count):
        began_at = perf_counter()
        self._took_ms = await self._part.run(count)
        self._elapsed_ms = (perf_counter() - began_at) * 1_000

    def _report(self):
        """A PartReport of bench/measure/commands.ts."""
        cpu = cpu_ms() - self._cpu_began_ms
        took_ms = sorted(self._took_ms)
        return {
            'cpuMs': cpu,
            'elapsedMs': self._elapsed_ms,
            'p50Ms': percentile(took_ms, 0.5),
            'p99Ms': percentile(took_ms, 0.99),
            'handled': self._part.handled(),
            'residentBytes': resident_bytes(),
            'heapBytes': 0,
        }


async def answer(parent, work):
    """Tells the parent what came of the work, or how it failed."""
    try:
        parent.send(await work)
    except Exception:
        parent.send({'error': traceback.format_exc()})


def end(loop, context):
    """What nobody has caught ends the process, as it does in Node: the parent would wait for an answer in vain."""
    loop.default_exception_handler(context)
    os._exit(1)


async def main(folder, role, assignment):
    """Answers when the part is ready, and then each command, until the parent hangs up."""
    sys.path.insert(0, folder)
    asyncio.get_running_loop().set_exception_handler(end)
    parent = await Parent.connect()
    child = Child()
    await answer(parent, child.open(role, json.loads(assignment)))
    async for command in parent.commands():
        # In a task, since the parent may hang up meanwhile. It asks one thing at a time, so one task is kept alive.
        _task = asyncio.create_task(answer(parent, child.obey(command)))
    # Without a look at what is still under way, as `process.exit()` does it in Node.
    os._exit(0)


asyncio.run(main(*sys.argv[1:]))
