"""Shadow scoring: a challenger reads some of the documents as well, after they are delivered and beside what follows.

Nothing of it is written to a topic. What fails is counted and forgotten; what does not fit into the queue is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import structlog

from stream_app.pipeline.agreement import Agreement, in_share, pairs_of
from stream_app.pipeline.assemble import Scored
from stream_app.pipeline.isolation import Compute
from stream_app.pipeline.ports import Telemetry
from stream_app.pipeline.reading import Reader
from stream_app.pipeline.records import Rejection
from stream_app.pipeline.scores import Unscored

_log = structlog.get_logger(__name__)

_AT_ONCE = 16
_TOLD_EVERY = 1000
_DOCUMENTS, _LABELS = "stream_app_shadow_documents_total", "stream_app_shadow_labels_total"
_DIFFERENCE = "stream_app_shadow_polarity_difference"


class Shadow:
    """Holds the challenger's scores against the served ones, a few documents at a time."""

    def __init__(
        self,
        challenger: Callable[[], Reader | None],
        telemetry: Telemetry,
        *,
        share: float,
        compute: Compute = asyncio.to_thread,
        most_waiting: int = 256,
        pause_seconds: float = 5.0,
    ) -> None:
        """`challenger` is what reads with the challenger now; `share` of the documents, 0 to 1, are read by it.

        After a failure it rests for `pause_seconds`.
        """
        self._challenger, self._telemetry, self._share = challenger, telemetry, share
        self._compute, self._pause_seconds = compute, pause_seconds
        self._waiting: asyncio.Queue[tuple[Scored, str]] = asyncio.Queue(most_waiting)
        self._version = ""
        self._agreement = Agreement()

    def offer(self, scored: Iterable[Scored], version: str) -> None:
        """Take those of the share that are to be compared; returns at once. `version` is what scored them."""
        challenger = self._challenger()
        if challenger is None or challenger.version == version:
            return
        for one in scored:
            if isinstance(one.scores, Unscored) or not in_share(one.linked.document.id, self._share):
                continue
            try:
                self._waiting.put_nowait((one, version))
            except asyncio.QueueFull:
                self._count(challenger.version, "dropped")

    async def run(self) -> None:
        """Compare for ever what was offered; tells how far they agree now and then, and when it ends."""
        try:
            while True:
                await self._compare(await self._some())
        finally:
            self._tell()

    async def _some(self) -> list[tuple[Scored, str]]:
        some = [await self._waiting.get()]
        while len(some) < _AT_ONCE and not self._waiting.empty():
            some.append(self._waiting.get_nowait())
        return some

    async def _compare(self, waiting: Sequence[tuple[Scored, str]]) -> None:
        challenger = self._challenger()
        if challenger is None:
            return
        version = self._follow(challenger.version)
        # what was served may have become the challenger meanwhile, as a rollback makes it
        served = [one for one, scored_by in waiting if scored_by != version]
        if not served:
            return
        try:
            read = await challenger.read([one.linked for one in served], self._compute)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is no business of the served version)
            self._count(version, "failed", len(served))
            _log.warning("the shadow failed", model_version=version, error=str(error) or type(error).__name__)
            await asyncio.sleep(self._pause_seconds)
            return
        for one, other in zip(served, read, strict=True):
            if isinstance(other, Rejection):
                self._count(version, "failed")
            else:
                self._add(one, other, version)

    def _add(self, served: Scored, shadow: Scored, version: str) -> None:
        pairs = pairs_of(served, shadow)
        self._count(version, "compared")
        for pair in pairs:
            agreement = "same" if pair.same_label else "other"
            self._telemetry.count(_LABELS, model_version=version, agreement=agreement)
            self._telemetry.observe(_DIFFERENCE, pair.difference, model_version=version)
        self._agreement = self._agreement.plus(pairs)
        if self._agreement.documents % _TOLD_EVERY == 0:
            self._tell()

    def _follow(self, version: str) -> str:
        """Begin anew where another challenger is read with."""
        if version != self._version:
            self._tell()
            self._version, self._agreement = version, Agreement()
        return version

    def _tell(self) -> None:
        found = self._agreement
        if found.share_same is None or found.mean_difference is None:
            return
        _log.info(
            "the shadow was compared",
            model_version=self._version,
            documents=found.documents,
            labels=found.labels,
            label_agreement=round(found.share_same, 4),
            mean_absolute_polarity_difference=round(found.mean_difference, 4),
        )

    def _count(self, version: str, outcome: str, amount: int = 1) -> None:
        self._telemetry.count(_DOCUMENTS, amount, model_version=version, outcome=outcome)
