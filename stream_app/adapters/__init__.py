"""The outside, one technology a file; every port has a twin in memory."""
