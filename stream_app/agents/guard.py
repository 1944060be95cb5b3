"""What stands between an agent's body and Faust: a batch is finished, or the process ends at once.

Faust acknowledges a batch in a `finally`, whether the body raised, was cancelled or ended well, so a body
that raises loses its batch for good. Ending the process leaves the offset where it was; the supervisor
starts the worker again and the batch comes back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

Die = Callable[[BaseException], None]
"""Ends the process with the error's exit status; does not return."""


async def finish_or_die(work: Coroutine[None, None, None], *, grace: float, die: Die) -> None:
    """Run `work` to its end, also when the agent is cancelled meanwhile.

    `grace` is how many seconds a cancelled agent (shutdown, rebalance) may take to finish its batch.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await _finish(task, grace=grace, die=die)
        raise
    except BaseException as error:  # noqa: BLE001  (whatever it is, raising it here would lose the batch)
        die(error)


async def _finish(task: asyncio.Task[None], *, grace: float, die: Die) -> None:
    await asyncio.wait({task}, timeout=grace)
    if not task.done():
        die(TimeoutError(f"the batch in hand was not finished within {grace:g} s of being asked to stop"))
    elif task.cancelled():
        die(asyncio.CancelledError("the batch in hand was cancelled"))
    elif (error := task.exception()) is not None:
        die(error)
