"""Charts as SVG, drawn by matplotlib of the extra `research`; each takes numbers and gives a figure."""
