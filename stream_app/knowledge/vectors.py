"""Learned vectors of the entities of one version of the graph: whose are near whose, and a file that holds them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from stream_app.errors import DataError

_AGAIN = "learn them again by: stream-app kg embed"


@dataclass(frozen=True, slots=True, eq=False)
class EntityVectors:
    """A vector for each entity `[entities, size]`, in the order of their ids.

    `recipe` says how they were learned, and how well they rank what was held out.
    """

    kg_version: str
    entities: tuple[str, ...]
    vectors: NDArray[np.float32]
    recipe: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many numbers a vector has."""
        return int(self.vectors.shape[1])

    def unit(self) -> NDArray[np.float32]:
        """Return the vectors at length 1; one without any length stays as it is."""
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)
        scaled: NDArray[np.float32] = self.vectors / np.where(lengths > 0, lengths, 1)
        return scaled

    def nearest(self, entity: str) -> list[tuple[str, float]]:
        """Return all others with the cosine of their vectors to the entity's, the nearest first.

        DataError where the entity has no vector.
        """
        if entity not in self.entities:
            raise DataError(f"{entity} has no vector in those of {self.kg_version}: {_AGAIN}")
        unit, place = self.unit(), self.entities.index(entity)
        cosines = unit @ unit[place]
        order = sorted(range(len(self.entities)), key=lambda one: (-cosines[one], self.entities[one]))
        return [(self.entities[one], float(cosines[one])) for one in order if one != place]


def vectors_to_bytes(found: EntityVectors) -> bytes:
    """Return the vectors as a file of NumPy's, in half precision; equal vectors give equal bytes."""
    head = orjson.dumps(
        {"kg_version": found.kg_version, "entities": found.entities, "recipe": found.recipe},
        option=orjson.OPT_SORT_KEYS,
    )
    file = io.BytesIO()
    np.savez_compressed(file, head=np.frombuffer(head, np.uint8), vectors=found.vectors.astype(np.float16))
    return file.getvalue()


def vectors_from_bytes(data: bytes, where: str, *, kg_version: str) -> EntityVectors:
    """Return the vectors that `vectors_to_bytes` wrote; DataError, which says `where`, where they are damaged.

    So too where they are of another version of the graph than `kg_version`.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            head = orjson.loads(file["head"].tobytes())
            vectors = file["vectors"].astype(np.float32)
        found = EntityVectors(head["kg_version"], tuple(head["entities"]), vectors, head["recipe"])
        whole = vectors.ndim == 2 and len(vectors) == len(found.entities)  # noqa: PLR2004  (a table)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise DataError(f"{where} holds no vectors of entities ({error}): {_AGAIN}") from error
    if not whole:
        raise DataError(f"{where} holds vectors of shape {list(vectors.shape)} for {len(found.entities)}: {_AGAIN}")
    if found.kg_version != kg_version:
        raise DataError(f"{where} holds vectors of {found.kg_version}, but the graph is {kg_version}: {_AGAIN}")
    return found
