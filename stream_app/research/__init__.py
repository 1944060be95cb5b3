"""Research on what a run wrote: tables for other tools, a back-test against prices, a report to look at."""
