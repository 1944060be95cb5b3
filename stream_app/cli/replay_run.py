"""One run of a replay put together: its namespace, its workers, what it feeds them, and what they wrote."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

from stream_app.adapters.kafka_backlog import Backlog
from stream_app.adapters.kafka_range import TopicRange
from stream_app.adapters.model_repository import read_model
from stream_app.adapters.openvino import local_report
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.replay_namespace import last_ordinals, prepare_namespace
from stream_app.cli.system import System, running_system
from stream_app.cli.target import addresses_in_use, event_log
from stream_app.clients import connection_of, redis_of
from stream_app.events.topics import INPUTS, TICKS
from stream_app.knowledge.build import build_graph
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.snapshot import Snapshot
from stream_app.replay.canonical import OUTPUTS
from stream_app.replay.feeder import Feeder, FeedRules
from stream_app.replay.folder import RunFile, RunFolder
from stream_app.replay.laps import with_ticks
from stream_app.replay.manifest import Manifest, Runtime, code_version, sha256_of
from stream_app.replay.order import merged
from stream_app.replay.output import Kept, keep
from stream_app.replay.pace import Pace, parse_speed
from stream_app.replay.preparing import Account, Item, Preparation
from stream_app.replay.request import Request
from stream_app.replay.settling import Settler
from stream_app.replay.sources import Extent, open_sources
from stream_app.settings import Settings

_LOOK_SECONDS = 0.2
_COMMIT_SECONDS = "0.2"
_LOCAL = ("127.0.0.1", "localhost", "[::1]")

Report = Callable[[str], None]
OnLook = Callable[["Look"], None]


@dataclass(frozen=True, slots=True)
class Look:
    """How far a run is; `expected` is how many entries there will be, where that can be told."""

    taken: int
    finished: int
    expected: float | None
    moment: str | None
    rate: float


class Replay:
    """Runs what a folder asks for, from the beginning or from where it was broken off."""

    def __init__(self, settings: Settings, folder: RunFolder, *, report: Report, on_look: OnLook) -> None:
        self._settings, self._folder = settings, folder
        self._report, self._on_look = report, on_look
        self._run: RunFile = folder.run()
        self._request = Request.model_validate(self._run.request)
        self._runtime = _runtime_of(settings)
        self._extent = Extent()

    def run(self) -> Manifest:
        """Start workers, feed them, and return what came out."""
        with self._folder.held():
            began = time.monotonic()
            graph = asyncio.run(self._graph())
            with running_system(
                self._settings,
                workers=self._request.workers,
                report=self._report,
                overrides=self._overrides(),
                prepare=lambda settings: prepare_namespace(settings, graph, self._run),
                parts=self._request.parts,
            ) as system:
                feeding = time.monotonic()
                account = self._fed(system, graph)
                feeding = time.monotonic() - feeding
                self._report("collecting what came out")
                kept = self._collect(system.settings)
            manifest = self._manifest(graph, account, kept, seconds=(time.monotonic() - began, feeding))
            self._folder.finish(manifest)
        return manifest

    def _overrides(self) -> Mapping[str, str]:
        request = self._request
        values = (
            addresses_in_use(self._settings)
            | self._run.namespace.model_dump()
            | {
                "partitions": str(request.partitions),
                "suppress_repeats": "false",
                "settled_novelty": "true",
                "settle_at_ticks": "true",
                "commit_interval": _COMMIT_SECONDS,
                "tick_period": "0",
            }
        )
        return values | ({"model_cache": str(self._cache_file())} if request.cached else {})

    def _cache_file(self) -> object:
        """What computed a result decides which file keeps it."""
        version = read_model(self._settings.model_repository).version
        name = f"{version}-{sha256_of(self._runtime.model_dump())[:8]}.sqlite"
        return (self._settings.state_dir / "model-cache" / name).resolve()

    async def _graph(self) -> KnowledgeGraph:
        """Return the graph of a run that goes on, else the live one of this moment, else one that is built now."""
        if self._settings.redis_url is None:
            return await asyncio.to_thread(build_graph)
        redis = redis_of(self._settings)
        try:
            for prefix in (self._run.namespace.redis_prefix, self._settings.redis_prefix):
                store = RedisGraphStore(redis, prefix=prefix)
                if (version := await store.current_version()) is not None:
                    return await store.load(version)
        finally:
            await redis.aclose()
        return await asyncio.to_thread(build_graph)

    def _fed(self, system: System, graph: KnowledgeGraph) -> Account:
        """Feed all sources, which are opened, read and closed outside of the event loop: they may have their own."""
        request, settings = self._request, system.settings
        model_version = read_model(settings.model_repository).version
        settler = Settler(Snapshot(graph.version, Linker(graph)), model_version=model_version)
        there = asyncio.run(last_ordinals(settings))
        preparation = Preparation(settler, partitions=request.partitions, begun_at=self._run.begun_at, there=there)
        with ExitStack() as opened:
            begun_at = self._run.begun_at
            sources = open_sources(request, self._open_topic, opened, begun_at=begun_at, extent=self._extent)
            entries = merged(sources, lateness=request.lateness)
            asyncio.run(self._feed(system, preparation.items(with_ticks(entries, request.ticks))))
        return preparation.account

    async def _feed(self, system: System, items: Iterator[Item]) -> None:
        request, settings = self._request, system.settings
        rules = FeedRules(request.ahead, at_ticks=settings.topic_prefix + TICKS.name in system.consumed)
        backlog = Backlog(connection_of(settings), settings.consumer_group, system.consumed)
        async with event_log(settings) as log, backlog:
            pace = Pace(parse_speed(request.speed))
            feeder = Feeder(log, backlog, pace, rules=rules, paused=lambda: self._folder.paused)
            await self._watched(feeder, feeder.feed(items), system)

    def _open_topic(self, topic: str) -> TopicRange:
        return TopicRange(connection_of(self._settings), topic, prefix=self._settings.topic_prefix)

    async def _watched(self, feeder: Feeder, feeding: Coroutine[None, None, None], system: System) -> None:
        """Feed, look after the workers meanwhile, and tell how far it is."""
        task = asyncio.create_task(feeding)
        since = time.monotonic()
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_SECONDS)
                await asyncio.to_thread(system.supervisor.check)
                self._look(feeder, time.monotonic() - since)
            await task
        finally:
            task.cancel()

    def _look(self, feeder: Feeder, seconds: float) -> None:
        progress = feeder.progress
        finished = max(0, progress.taken - progress.unfinished)
        moment = progress.moment.isoformat() if progress.moment else None
        look = Look(progress.taken, finished, self._extent.expected_entries, moment, finished / max(seconds, 1e-9))
        self._folder.note({"taken": look.taken, "finished": finished, "event_time": moment, "rate": look.rate})
        self._on_look(look)

    def _collect(self, settings: Settings) -> dict[str, Kept]:
        kept = {}
        for topic in OUTPUTS:
            with TopicRange(connection_of(settings), topic.name, prefix=settings.topic_prefix) as reader:
                kept[topic.name] = keep(_values(reader), self._folder.path, topic=topic.name)
        return kept

    def _manifest(
        self, graph: KnowledgeGraph, account: Account, kept: Mapping[str, Kept], *, seconds: tuple[float, float]
    ) -> Manifest:
        request = self._request
        return Manifest(
            name=self._folder.name,
            input_sha256=account.digest.hexdigest(),
            kg_version=graph.version,
            model_version=read_model(self._settings.model_repository).version,
            config_sha256=sha256_of(request.configuration() | {"subscriptions": self._run.subscriptions}),
            code_version=code_version(),
            model_runtime=self._runtime,
            documents=sum(account.fed[topic.name] for topic in INPUTS),
            late=account.late,
            first=account.first,
            last=account.last,
            counts=dict(account.fed) | {topic: one.events for topic, one in kept.items()},
            kinds={topic: dict(sorted(one.kinds.items())) for topic, one in kept.items() if one.kinds},
            dead_letters=dict(sorted(kept["dead.letters"].kinds.items())),
            digest={topic: one.digest for topic, one in kept.items()},
            repeats={topic: one.repeats for topic, one in kept.items() if one.repeats},
            seconds=round(seconds[0], 3),
            feeding_seconds=round(seconds[1], 3),
            run={name: getattr(request, name) for name in ("speed", "workers", "partitions", "ahead", "cached")},
        )


def _values(reader: TopicRange) -> Iterator[bytes]:
    stretches = reader.between(None, None)
    records = chain.from_iterable(reader.read(number, offsets) for number, offsets in stretches.items())
    return (record.value for record in records if record.value is not None)


def _runtime_of(settings: Settings) -> Runtime:
    """Return what computes the scores: this machine, or a Triton elsewhere, which does not tell."""
    url = settings.triton_url
    if url is None or url.rpartition(":")[0] in _LOCAL:
        report = local_report()
        return Runtime(runtime=report.runtime, precision=report.precision, processor_flags=report.processor_flags)
    return Runtime(runtime=f"triton at {url}", precision="as served")
