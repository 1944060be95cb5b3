"""Data, training, evaluation and export of the fusion model; writes `model_repo/`. Needs the extra `train`."""
