"""Real-time financial sentiment on Kafka: documents in, calibrated entity-level events out."""
