"""What an event says of an entity: enough to act on without looking anything up."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from stream_app.events.schema import Schema


class EntityKind(StrEnum):
    """The kinds of things that documents are about."""

    COMPANY = "company"
    PERSON = "person"
    PRODUCT = "product"
    COUNTRY = "country"
    CURRENCY = "currency"
    COMMODITY = "commodity"
    INDEX = "index"
    INDUSTRY = "industry"
    CENTRAL_BANK = "central_bank"
    MACRO_INDICATOR = "macro_indicator"
    ORGANISATION = "organisation"


class EntityRef(Schema):
    """One entity of the knowledge graph, as named in an event."""

    id: str = Field(description="Identity in the knowledge graph, such as `company:apple`.")
    name: str
    kind: EntityKind
    ticker: str | None = None
    exchange: str | None = Field(default=None, description="ISO 10383 market identifier code.")
    isin: str | None = None
