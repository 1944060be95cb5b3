"""The network for Chinese texts: its pretrained encoder, its sets, its heads and its training."""
