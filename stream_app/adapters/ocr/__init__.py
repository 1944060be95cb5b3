"""Text in images, by RapidOCR, in processes of their own: what hangs or breaks on an image takes no worker with it."""
