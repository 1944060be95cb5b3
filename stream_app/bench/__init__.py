"""What `docs/benchmarks.md` quotes: rates and ratios of one run on one machine."""
