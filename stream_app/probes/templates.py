"""Sentences with a place for a company's name: pairs of what is good and bad for it, and such as say nothing of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stream_app.pipeline.tensors import LABELS
from stream_app.probes.companies import Company
from stream_app.probes.texts import Text

NEGATIVE, NEUTRAL, POSITIVE = range(len(LABELS))

Pair = tuple[str, str]
"""What is better for the company, and what is worse."""

PAIRS: Mapping[str, tuple[Pair, ...]] = {
    "estimates": (
        ("{name} beats quarterly profit estimates", "{name} misses quarterly profit estimates"),
        ("{name} earnings top analysts' expectations", "{name} earnings fall short of analysts' expectations"),
        ("${ticker} {name} beats on revenue and profit", "${ticker} {name} misses on revenue and profit"),
    ),
    "guidance": (
        ("{name} raises full-year profit forecast by 8%", "{name} cuts full-year profit forecast by 8%"),
        ("{name} lifts its outlook for 2025", "{name} lowers its outlook for 2025"),
        ("{name} increases quarterly dividend to $0.45", "{name} reduces quarterly dividend to $0.45"),
    ),
    "contracts": (
        ("{name} wins $2.4 billion contract", "{name} loses $2.4 billion contract"),
        ("{name} gains its largest customer", "{name} loses its largest customer"),
        ("{name} wins patent lawsuit", "{name} loses patent lawsuit"),
    ),
    "ratings": (
        ("{name} upgraded to buy from hold", "{name} downgraded to sell from hold"),
        ("Analysts raise price target on {name} to $54", "Analysts cut price target on {name} to $54"),
        ("${ticker} {name} upgraded to overweight", "${ticker} {name} downgraded to underweight"),
    ),
    "results": (
        ("{name} profit rises 12% in third quarter", "{name} profit falls 12% in third quarter"),
        ("Sales at {name} grew to $310 million", "Sales at {name} shrank to $310 million"),
        ("{name} swings to a quarterly profit", "{name} swings to a quarterly loss"),
    ),
    "prices": (
        ("{name} shares jump 9% in early trading", "{name} shares plunge 9% in early trading"),
        ("${ticker} {name} stock hits record high", "${ticker} {name} stock hits 52-week low"),
        ("Shares of {name} end higher", "Shares of {name} end lower"),
    ),
    "losses": (
        ("{name} quarterly loss narrows to $14 million", "{name} quarterly loss widens to $14 million"),
        ("Bad loans at {name} decline", "Bad loans at {name} climb"),
        ("{name} costs fall more than expected", "{name} costs rise more than expected"),
    ),
    "regulators": (
        ("Regulator approves {name} takeover plan", "Regulator blocks {name} takeover plan"),
        ("Court dismisses fraud charges against {name}", "Court upholds fraud charges against {name}"),
        ("Authorities lift sales ban on {name}", "Authorities impose sales ban on {name}"),
    ),
    "figures": (
        (
            "{name} net profit was $52.1 million, compared with $31.4 million a year earlier",
            "{name} net profit was $31.4 million, compared with $52.1 million a year earlier",
        ),
        ("Revenue of {name} at $940m versus $760m", "Revenue of {name} at $760m versus $940m"),
    ),
    "denial": (
        ("{name} denies it is close to bankruptcy", "{name} admits it is close to bankruptcy"),
        ("{name} denies report of accounting fraud", "{name} confirms report of accounting fraud"),
        ("{name} rejects claim that it will miss its targets", "{name} says that it will miss its targets"),
    ),
    "not": (
        ("{name} raised its dividend", "{name} did not raise its dividend"),
        ("{name} will meet its profit target", "{name} will not meet its profit target"),
        ("{name} shares are recovering", "{name} shares are not recovering"),
        ("{name} is not in breach of its loan terms", "{name} is in breach of its loan terms"),
        ("{name} will not cut jobs", "{name} will cut jobs"),
    ),
}

PLAIN = (
    "{name} to hold annual meeting on 14 May",
    "{name} will publish quarterly results on Thursday",
    "{name} names new head of human resources",
    "${ticker} {name} to present at technology conference",
    "{name} has offices in 14 cities and employs 5,200 people",
    "What to know about {name} before the weekend",
)


def filled(template: str, company: Company, label: int) -> Text:
    """Return the sentence about the company, whose name is the one that is judged."""
    written = template.replace("{ticker}", company.ticker or "")
    start = written.index("{name}")
    text = written.replace("{name}", company.name)
    return Text(text, ((start, start + len(company.name)),), label=label)


def fits(template: str, company: Company) -> bool:
    """Whether the company has all that the sentence asks for."""
    return company.ticker is not None or "{ticker}" not in template


def all_templates() -> Iterator[tuple[str, int]]:
    """Yield every sentence with its label; where a denial or a negation makes it doubtful, it is left out."""
    for kind, pairs in PAIRS.items():
        if kind not in {"denial", "not"}:
            for better, worse in pairs:
                yield better, POSITIVE
                yield worse, NEGATIVE
    yield from ((plain, NEUTRAL) for plain in PLAIN)
