"""Domain packs: what a domain's labels, data, graph and heads are, as configuration that the one recipe trains."""
