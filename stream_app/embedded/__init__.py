"""Broker, cache and Triton of one machine, as child processes on free loopback ports.

For the command line, the tests and the benchmarks; whatever is configured to be elsewhere is not started here.
"""
