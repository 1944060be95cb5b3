"""Precisions: the network in fewer bits, what each costs in accuracy, and what it brings in speed."""
