"""Statements: what a text says to happen to each entity that it names, and what it says causes what, by rules."""

from stream_app.pipeline.statements.reading import LANGUAGES, state
from stream_app.pipeline.statements.statement import CausalReading, CausalRelation, EntityStatement, Statements

__all__ = ["LANGUAGES", "CausalReading", "CausalRelation", "EntityStatement", "Statements", "state"]
