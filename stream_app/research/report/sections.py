"""The sections of the page: how much there was, about whom, what alerted, how fast it went, what was rejected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from stream_app.events.topics import RISK
from stream_app.replay.manifest import Manifest
from stream_app.research.backtest.prices import Prices, Series
from stream_app.research.charts import entities, run
from stream_app.research.charts.entities import Course
from stream_app.research.report.digest import STEPS, Digest, Subject
from stream_app.research.report.page import Section, Tile, folded, nothing, table

_GLANCED = 24
_MICROS = 1e6


def tiles(digest: Digest, manifest: Manifest) -> Iterator[Tile]:
    """Yield the numbers at the top."""
    yield Tile(f"{manifest.documents:,}", "documents fed")
    yield Tile(f"{sum(digest.events.values()):,}", "sentiment events")
    yield Tile(f"{len(digest.subjects):,}", "entities named")
    yield Tile(f"{sum(digest.risks.values()):,}", "risk events")
    yield Tile(f"{sum(map(len, digest.alerts.values())):,}", "alerts")
    yield Tile(f"{sum(manifest.dead_letters.values()):,}", "dead letters")
    if manifest.feeding_seconds:
        yield Tile(f"{manifest.documents / manifest.feeding_seconds:,.0f}", "documents/s")


def volumes(digest: Digest) -> Section:
    """Return how much there was."""
    shown = run.volumes(digest.documents, digest.events, digest.risks) if digest.events else nothing(_NO_EVENTS)
    if digest.events and not digest.risks:
        shown += nothing("There are no risk events: the run made none, or its workers ran without the part “risk”.")
    return Section("volumes", "Volumes", "By day of event time: when the documents were published.", shown)


def tone(digest: Digest, prices: Prices, tickers: Mapping[str, str], *, count: int) -> Section:
    """Return how the largest entities were spoken of, against their prices."""
    if not any(subject.daily for subject in digest.subjects.values()):
        return Section("entities", "Entities", "", nothing("No document named an entity that the model could score."))
    weekly = entities.is_long(list(digest.events))
    period = "week" if weekly else "day"
    spoken = digest.spoken_of()
    glanced = [_course(digest.subjects[one], None, None, weekly=weekly) for one in spoken[:_GLANCED]]
    priced = [one for one in spoken if one in tickers] or spoken
    closer = [
        _course(digest.subjects[one], tickers.get(one), prices.get(tickers.get(one, "")), weekly=weekly)
        for one in priced[:count]
    ]
    says = (
        f"Mean polarity by {period}, weighted by novelty, so that what is only repeated counts less: "
        "blue is positive, orange negative, blank where nobody spoke. Behind each name stands its number of events."
    )
    shown = entities.at_a_glance(glanced, weekly=weekly) + entities.against_price(closer, weekly=weekly)
    if not prices:
        shown += nothing("No prices are shown: name files of bars by --market, or replay with --market.")
    return Section("entities", "Entities", says, shown)


def _course(subject: Subject, ticker: str | None, series: Series | None, *, weekly: bool) -> Course:
    closes: list[tuple[datetime, float]] = []
    if series is not None:
        starts = (datetime.fromtimestamp(at / _MICROS, UTC) for at in series.starts.tolist())
        closes = list(zip(starts, series.closes.tolist(), strict=True))
    ticker = ticker or subject.ticker
    name = f"{subject.name} ({ticker})" if ticker else subject.name
    return Course(f"{name} · {subject.events:,}", entities.periods(subject.daily, weekly=weekly), closes)


def alerts(digest: Digest, subscriptions: int) -> Section:
    """Return when each subscription fired."""
    if digest.alerts:
        says = "A stroke for each alert, at its event time; the busiest subscriptions come first."
        return Section("alerts", "Alerts", says, run.alert_times(digest.alerts))
    if not subscriptions:
        why = "The run had no subscriptions: replay with --subscriptions FILE, or add some before it begins."
    else:
        why = f"None of the {subscriptions} subscriptions fired, or the workers ran without the part “alerts”."
    return Section("alerts", "Alerts", "", nothing(why))


def speed(digest: Digest) -> Section:
    """Return how fast it went."""
    if not digest.by_second:
        return Section("latency", "Speed and latency", "", nothing(_NO_EVENTS))
    shown = run.pace(digest.by_second, digest.waits, steps=STEPS)
    if digest.not_live:
        shown += nothing(
            f"{digest.not_live:,} events are of documents whose receipt lies over a day before they were processed: "
            "history, received at its event time. How long a live document would have waited cannot be told from them."
        )
    says = "By the clock on the wall, while the run was under way."
    return Section("latency", "Speed and latency", says, shown)


def letters(manifest: Manifest) -> Section:
    """Return what was rejected."""
    if not manifest.dead_letters:
        return Section("dead-letters", "Dead letters", "", nothing("No record was rejected."))
    says = "Records that could not be processed, by kind; `stream-app dlq` shows and mends those of a live stream."
    return Section("dead-letters", "Dead letters", says, run.letters(manifest.dead_letters))


def made_of(manifest: Manifest) -> Section:
    """Return what the run was made of."""
    runtime = manifest.model_runtime
    rows = [
        ("input", manifest.input_sha256[:16]),
        ("knowledge graph", manifest.kg_version),
        ("model", manifest.model_version),
        ("computed by", f"{runtime.runtime}, {runtime.precision}"),
        ("configuration", manifest.config_sha256[:16]),
        ("code", manifest.code_version),
        ("seconds", f"{manifest.seconds:,.1f}, feeding {manifest.feeding_seconds:,.1f}"),
        ("late entries", f"{manifest.late:,}"),
        *((f"run: {name}", str(value)) for name, value in manifest.run.items()),
        *([("events of run", manifest.taken_from)] if manifest.taken_from else []),
    ]
    counts = [(topic, f"{count:,}", manifest.digest.get(topic, "")[:16]) for topic, count in manifest.counts.items()]
    shown = table(("topic", "records", "digest"), counts) + folded("What the run was made of", table(("", ""), rows))
    return Section("manifest", "Manifest", "Runs that are made of the same have the same digests.", shown)


_NO_EVENTS = f"The run wrote no events: see `replay list` and the dead letters below. Nor were there {RISK.name}."
