"""The ways of an arc: which relation it stands for, which way it runs, and what may follow what on a path.

Not every walk along relations is an economic path. A supplier that loses orders still delivers to its other customers,
so what came up a supply chain does not go down again; and the rival of a rival is no news.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np

from stream_app.knowledge.dependence import DependenceKind

KINDS = tuple(DependenceKind)
PLACES: Mapping[DependenceKind, int] = {kind: place for place, kind in enumerate(KINDS)}
WAYS = 2 * len(KINDS)


class Arrival(IntEnum):
    """How a shock came to a node, as far as it decides where it may go on."""

    ANY = 0
    LOST_ORDERS = 1  # from a customer, up the supply chain
    FROM_RIVAL = 2


def way_of(kind: DependenceKind, *, backward: bool) -> int:
    """Return the number of a way: twice the place of its relation, and one more where it runs backward."""
    return 2 * PLACES[kind] + backward


def way_name(way: int) -> str:
    """Return the name of a way, such as `supplies.forward`."""
    return f"{KINDS[way // 2]}.{'backward' if way % 2 else 'forward'}"


_UP = (way_of(DependenceKind.SUPPLIES, backward=True), way_of(DependenceKind.CUSTOMER_OF, backward=False))
_DOWN = (way_of(DependenceKind.SUPPLIES, backward=False), way_of(DependenceKind.CUSTOMER_OF, backward=True))
CHANNELS: Mapping[str, tuple[int, ...]] = {"downstream": _DOWN, "upstream": _UP} | {
    kind.value: tuple(way_of(kind, backward=backward) for backward in (False, True))
    for kind in KINDS
    if kind not in {DependenceKind.SUPPLIES, DependenceKind.CUSTOMER_OF}
}
"""The ways that a topic treats alike: from suppliers to customers, from customers to suppliers, else each relation."""
_RIVALS = tuple(way_of(DependenceKind.COMPETES_WITH, backward=backward) for backward in (False, True))


def _table(**places: tuple[int, ...]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    table = np.full(WAYS, Arrival.ANY, np.int64)
    for arrival, ways in places.items():
        table[list(ways)] = Arrival[arrival]
    return table


ARRIVALS = _table(LOST_ORDERS=_UP, FROM_RIVAL=_RIVALS)
"""How a shock that took a way arrives `[ways]`."""
REFUSALS = _table(LOST_ORDERS=_DOWN, FROM_RIVAL=_RIVALS)
"""The arrival that does not go on along a way `[ways]`; `ANY`: it takes all."""
IS_SPECIAL = ARRIVALS != Arrival.ANY
"""Ways by which a shock arrives so that it does not go on everywhere `[ways]`."""
IS_CHOOSY = REFUSALS != Arrival.ANY
"""Ways that refuse some arrival `[ways]`."""
