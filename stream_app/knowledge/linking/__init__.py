"""Entity linking: from text to the graph's entities, in one pass over all aliases, then by context."""

from stream_app.knowledge.linking.ledger import Mention
from stream_app.knowledge.linking.linker import LinkedEntity, Linker

__all__ = ["LinkedEntity", "Linker", "Mention"]
