"""The books of the partitions that this worker has: in memory as long as they are wanted, in the table for ever."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

from stream_app.agents.tables import Change, StateTable
from stream_app.rollups.book import Book
from stream_app.rollups.due import next_due
from stream_app.rollups.encoding import HEAD, book_of, changed_parts, due_of_head

MOST_OPEN = 20_000
"""Books that are held decoded; the one that was not wanted for longest is read again from the table."""

_CLOCK = b"clock"
_BOOK = b"book\x1f"
_PART = b"\x1f"

Place = tuple[int, str]
"""Partition and entity id."""


class Shelf:
    """Finds books by partition and entity, and those with a window that closes."""

    def __init__(self, table: StateTable) -> None:
        self._table = table
        self._open: OrderedDict[Place, Book] = OrderedDict()
        self._due: Agenda | None = None

    def begin_anew(self, partitions: set[int]) -> None:
        """Forget what is held, and of the table what is another worker's now."""
        self._table.keep_only(partitions)
        self._open.clear()
        self._due = None

    def book(self, place: Place) -> Book | None:
        """Return the book, or None where the entity has none yet."""
        if place not in self._open:
            partition, entity = place
            found = book_of(lambda part: self._table.get(partition, _key(entity, part)))
            if found is None:
                return None
            self._put(place, found)
        self._open.move_to_end(place)
        return self._open[place]

    def time(self, partition: int) -> int:
        """Return what the ticks last told this partition, 0 before the first."""
        return int(self._table.get(partition, _CLOCK) or 0)

    def closing(self, partition: int, time: int) -> list[Place]:
        """Return the books of the partition with a window that closes by that time."""
        return [(partition, entity) for entity in self._agenda().reached(partition, time)]

    async def put(self, books: Mapping[Place, Book], times: Mapping[int, int]) -> None:
        """Write books and times of partitions; return when the broker has them."""
        changes = [Change(partition, _CLOCK, str(time).encode()) for partition, time in times.items()]
        for place, book in books.items():
            changes.extend(_changes(place, self.book(place), book))
        await self._table.write(changes)
        for place, book in books.items():
            self._put(place, book)
            self._agenda().note(place, next_due(book))

    def _put(self, place: Place, book: Book) -> None:
        self._open[place] = book
        if len(self._open) > MOST_OPEN:
            self._open.popitem(last=False)

    def _agenda(self) -> Agenda:
        if self._due is None:
            self._due = Agenda()
            for partition, key, value in self._table.items():
                if key.startswith(_BOOK) and key.endswith(_PART + HEAD):
                    entity = key[len(_BOOK) : -len(_PART + HEAD)].decode()
                    self._due.note((partition, entity), due_of_head(value))
        return self._due


class Agenda:
    """When each book's next window closes; what is noted last counts."""

    def __init__(self) -> None:
        self._noted: dict[Place, int] = {}
        self._heaps: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)

    def note(self, place: Place, due: int | None) -> None:
        """Note the next time of a book; None for none."""
        if due is None:
            self._noted.pop(place, None)
        elif self._noted.get(place) != due:
            self._noted[place] = due
            heappush(self._heaps[place[0]], (due, place[1]))

    def reached(self, partition: int, time: int) -> list[str]:
        """Return the entities that are due by that time, and strike them out."""
        heap = self._heaps[partition]
        found = set()
        while heap and heap[0][0] <= time:
            due, entity = heappop(heap)
            if self._noted.get((partition, entity)) == due:
                del self._noted[partition, entity]
                found.add(entity)
        return sorted(found)


def _key(entity: str, part: bytes) -> bytes:
    return _BOOK + entity.encode() + _PART + part


def _changes(place: Place, before: Book | None, after: Book) -> Iterable[Change]:
    partition, entity = place
    return (Change(partition, _key(entity, part), value) for part, value in changed_parts(before, after).items())
