"""A run as one page to look at: everything in one file, nothing fetched."""
