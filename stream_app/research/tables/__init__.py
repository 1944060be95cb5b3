"""Events as Parquet, one folder a topic and one a day."""

from stream_app.research.tables.column import Column, Table
from stream_app.research.tables.export import Exported, export_topic
from stream_app.research.tables.topics import TABLES

__all__ = ["TABLES", "Column", "Exported", "Table", "export_topic"]
