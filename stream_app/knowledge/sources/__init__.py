"""Where the graph's facts come from: libraries and the project's own tables, each read into the same few values."""
