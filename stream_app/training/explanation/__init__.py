"""Whether the evidence that is served tells what moves a score: held against integrated gradients and by deletion."""
