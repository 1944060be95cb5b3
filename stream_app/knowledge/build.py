"""The build of the graph: every source's facts, gathered and put together in one pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from stream_app.knowledge.companies import company_facts
from stream_app.knowledge.dependence import Dependence
from stream_app.knowledge.derived import derived_dependences
from stream_app.knowledge.facts import Facts
from stream_app.knowledge.graph import Alias, AliasStyle, Cue, KnowledgeGraph, make_graph
from stream_app.knowledge.namesakes import settled
from stream_app.knowledge.sources.companies import read_companies
from stream_app.knowledge.sources.countries import country_facts, currency_facts
from stream_app.knowledge.sources.dependences import read_dependences, up_to_the_end
from stream_app.knowledge.sources.industries import industry_facts, read_industries
from stream_app.knowledge.sources.tables import read_table
from stream_app.knowledge.sources.things import blocked_phrases, table_facts
from stream_app.knowledge.words import is_common_word, is_english_word

_TELLING_CODE = 0.75
Progress = Callable[[str], None]
STEPS = ("countries and currencies", "industries, people and products", "companies", "dependences", "the whole")
"""What `build_graph` reports, in order."""


def build_graph(report: Progress = lambda _: None) -> KnowledgeGraph:
    """Return the graph of all sources; the same sources give the same version. `report` hears of each step."""
    facts = Facts()
    report(STEPS[0])
    facts.add(country_facts())
    facts.add(currency_facts())
    report(STEPS[1])
    facts.add(industry_facts())
    facts.add(table_facts())
    report(STEPS[2])
    # Uranium is the commodity, and no short name of Uranium Energy
    commodities = [alias for alias in facts.aliases if (alias.entity or "").startswith("commodity:")]
    facts.add(company_facts(read_companies(read_industries()), others=commodities))
    facts.aliases.extend(blocked_phrases())
    report(STEPS[3])
    dependences = _with_derived(read_dependences(), facts)
    report(STEPS[4])
    aliases = [replace(alias, common=alias.common or _is_ordinary(alias)) for alias in facts.aliases]
    aliases = settled(aliases, facts.entities, dependences)
    return make_graph(facts.entities, aliases, relations=facts.relations, cues=read_cues(), dependences=dependences)


def _with_derived(stated: list[Dependence], facts: Facts) -> list[Dependence]:
    """Return what is stated, and what follows from relations where nothing is stated of the same two entities."""
    told = {(one.source, one.kind, one.target) for one in stated}
    derived = up_to_the_end(derived_dependences(facts.entities, facts.relations))
    return stated + [one for one in derived if (one.source, one.kind, one.target) not in told]


def _is_ordinary(alias: Alias) -> bool:
    if alias.style is AliasStyle.WORD or alias.entity is None:
        return False
    if alias.style is AliasStyle.CODE and alias.prior >= _TELLING_CODE:  # its prior counts the other meanings already
        return is_english_word(alias.text)
    return is_common_word(alias.text)


def read_cues() -> list[Cue]:
    """Return the words that speak for and against subjects."""
    return [
        Cue(row["subject"], word, float(row["weight"])) for row in read_table("cues") for word in row["words"].split()
    ]
