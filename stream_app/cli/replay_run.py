"""One run of a replay put together: its namespace, its workers, what it feeds them, and what they wrote."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from functools import partial
from itertools import chain

from stream_app.adapters.installed_graph import installed_graph
from stream_app.adapters.kafka_backlog import Backlog
from stream_app.adapters.kafka_range import TopicRange
from stream_app.adapters.model_repository import read_model, topic_labels
from stream_app.adapters.redis_graph import RedisGraphStore
from stream_app.cli.replay_constituents import constituents, runtime_of
from stream_app.cli.replay_history import History
from stream_app.cli.replay_namespace import last_ordinals, prepare_namespace
from stream_app.cli.replay_taken import Outcome, Taking
from stream_app.cli.replay_watch import LOOK_SECONDS, Look, OnLook, Watch
from stream_app.cli.system import System, running_system
from stream_app.cli.target import addresses_in_use, event_log
from stream_app.clients import connection_of, redis_of
from stream_app.events.topics import INPUTS, TICKS
from stream_app.knowledge.graph import KnowledgeGraph
from stream_app.knowledge.linking import Linker
from stream_app.pipeline.snapshot import Snapshot
from stream_app.replay.canonical import OUTPUTS
from stream_app.replay.feeder import Feeder, FeedRules
from stream_app.replay.folder import RunFile, RunFolder
from stream_app.replay.manifest import Begun, Made, Manifest, sha256_of
from stream_app.replay.output import Kept, keep
from stream_app.replay.pace import Pace, parse_speed
from stream_app.replay.preparing import Account, Item, Preparation
from stream_app.replay.request import Request
from stream_app.replay.settling import Settler
from stream_app.settings import Settings

_COMMIT_SECONDS = "0.2"
_HOW = ("speed", "workers", "partitions", "ahead", "cached", "reused")

_NOTHING = (
    "nothing was fed: the sources are empty, or nothing of them lies within --from and --to; of a topic, nothing that "
    "was received within --margin-hours"
)

Report = Callable[[str], None]


class Replay:
    """Runs what a folder asks for, from the beginning or from where it was broken off."""

    def __init__(self, settings: Settings, folder: RunFolder, *, report: Report, on_look: OnLook) -> None:
        # One version from the first record to the last, whatever is promoted meanwhile.
        begun = folder.begun()
        self._model = read_model(settings.model_repository, begun.model_number if begun else settings.model_version)
        self._settings = settings.model_copy(update={"model_version": self._model.number})
        self._folder, self._report = folder, report
        self._run: RunFile = folder.run()
        self._request = Request.model_validate(self._run.request)
        self._history, self._watch = History(settings, folder), Watch(folder, on_look)

    def run(self) -> Manifest:
        """Take the events of a run that is made of the same, or start workers and feed them; return what came out."""
        with self._folder.held():
            began = time.monotonic()
            graph = asyncio.run(self._graph())
            made = constituents(self._settings, graph, self._run)
            self._folder.begin_with(Begun(model_number=self._model.number, made=made))
            reading = time.monotonic()
            outcome = self._taken(graph, made)
            feeding = time.monotonic() - reading
            if outcome is None:
                outcome, feeding = self._lived(graph)
            if not outcome.account.fed:
                self._report(_NOTHING)
            self._folder.note_ticks(outcome.account.ticks)
            manifest = self._manifest(made, outcome, seconds=(time.monotonic() - began, feeding))
            self._folder.finish(manifest)
        return manifest

    def _taken(self, graph: KnowledgeGraph, made: Made) -> Outcome | None:
        if not self._request.may_be_taken:
            return None
        labels = partial(topic_labels, self._settings.model_repository)
        taking = Taking(self._folder, self._history, self._watch, report=self._report, labels=labels)
        return taking.outcome(self._settings.state_dir, graph, made)

    def _lived(self, graph: KnowledgeGraph) -> tuple[Outcome, float]:
        """Return what came of workers that were fed, and how many seconds that took."""
        with running_system(
            self._settings,
            workers=self._request.workers,
            report=self._report,
            overrides=self._overrides(),
            prepare=lambda settings: prepare_namespace(settings, graph, self._run),
            parts=self._request.parts,
        ) as system:
            began = time.monotonic()
            account = self._fed(system, graph)
            feeding = time.monotonic() - began
            self._report("collecting what came out")
            return Outcome(account, self._collect(system.settings)), feeding

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
                "model_version": str(self._model.number),
                "shadow_share": "0",
                "metrics_port": "0",
            }
        )
        return values | ({"model_cache": str(self._cache_file())} if request.cached else {})

    def _cache_file(self) -> object:
        """What computed a result decides which file keeps it."""
        name = f"{self._model.version}-{sha256_of(runtime_of(self._settings).model_dump())[:8]}.sqlite"
        return (self._settings.state_dir / "model-cache" / name).resolve()

    async def _graph(self) -> KnowledgeGraph:
        """Return the graph of a run that goes on, else the live one of this moment, else one that is built now."""
        if self._settings.redis_url is None:
            return await asyncio.to_thread(installed_graph)
        redis = redis_of(self._settings)
        try:
            for prefix in (self._run.namespace.redis_prefix, self._settings.redis_prefix):
                store = RedisGraphStore(redis, prefix=prefix)
                if (version := await store.current_version()) is not None:
                    return await store.load(version)
        finally:
            await redis.aclose()
        return await asyncio.to_thread(installed_graph)

    def _fed(self, system: System, graph: KnowledgeGraph) -> Account:
        """Feed all sources, which are opened, read and closed outside of the event loop: they may have their own."""
        request, settings = self._request, system.settings
        settler = Settler(Snapshot(graph.version, Linker(graph)), model_version=self._model.version)
        there = asyncio.run(last_ordinals(settings))
        preparation = Preparation(settler, partitions=request.partitions, begun_at=self._run.begun_at, there=there)
        with self._history.steps() as steps:
            asyncio.run(self._feed(system, preparation.items(steps)))
        return preparation.account

    async def _feed(self, system: System, items: Iterator[Item]) -> None:
        request, settings = self._request, system.settings
        rules = FeedRules(request.ahead, at_ticks=settings.topic_prefix + TICKS.name in system.consumed)
        backlog = Backlog(connection_of(settings), settings.consumer_group, system.consumed)
        async with event_log(settings) as log, backlog:
            pace = Pace(parse_speed(request.speed))
            feeder = Feeder(log, backlog, pace, rules=rules, paused=lambda: self._watch.paused)
            await self._watched(feeder, feeder.feed(items), system)

    async def _watched(self, feeder: Feeder, feeding: Coroutine[None, None, None], system: System) -> None:
        """Feed, look after the workers meanwhile, and tell how far it is."""
        task = asyncio.create_task(feeding)
        since = time.monotonic()
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOK_SECONDS)
                await asyncio.to_thread(system.supervisor.check)
                self._look(feeder, time.monotonic() - since)
            await task
        finally:
            task.cancel()

    def _look(self, feeder: Feeder, seconds: float) -> None:
        progress = feeder.progress
        finished = max(0, progress.taken - progress.unfinished)
        moment = progress.moment.isoformat() if progress.moment else None
        rate = finished / max(seconds, 1e-9)
        self._watch.note(Look(progress.taken, finished, self._history.expected, moment, rate))

    def _collect(self, settings: Settings) -> dict[str, Kept]:
        kept = {}
        for topic in OUTPUTS:
            with TopicRange(connection_of(settings), topic.name, prefix=settings.topic_prefix) as reader:
                kept[topic.name] = keep(_values(reader), self._folder.path, topic=topic.name)
        return kept

    def _manifest(self, made: Made, outcome: Outcome, *, seconds: tuple[float, float]) -> Manifest:
        request, account, kept = self._request, outcome.account, outcome.kept
        return Manifest(
            name=self._folder.name,
            input_sha256=account.digest.hexdigest(),
            **dict(made),
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
            run={name: getattr(request, name) for name in _HOW},
            taken_from=outcome.taken_from,
        )


def _values(reader: TopicRange) -> Iterator[bytes]:
    stretches = reader.between(None, None)
    records = chain.from_iterable(reader.read(number, offsets) for number, offsets in stretches.items())
    return (record.value for record in records if record.value is not None)
