"""The knowledge graph: what there is, how it is named, and which of it a text means. No I/O but the shipped tables."""
