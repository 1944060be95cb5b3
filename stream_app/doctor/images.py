"""Whether text in images can be read here."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from stream_app.adapters.ocr.process import Absent, ReaderProcess
from stream_app.doctor.finding import Finding, ok, warning

_PACKAGE = "rapidocr-onnxruntime"
_CHECK = "images"
_HEADLESS = "pip install --force-reinstall --no-deps opencv-python-headless==4.11.0.86"


async def check_images(*, readers: int) -> Finding:
    """Start a process that reads images, and end it."""
    if not readers:
        return ok(_CHECK, "not read: STREAM_APP_MEDIA_READERS is 0")
    try:
        found = version(_PACKAGE)
    except PackageNotFoundError:
        return warning(_CHECK, f"{_PACKAGE} is missing: text in images is not read", "pip install 'stream-app[media]'")
    process = ReaderProcess(timeout_seconds=1.0)
    try:
        await process.start()
    except (Absent, TimeoutError) as error:
        return warning(_CHECK, f"text in images is not read: {error}", _advice(str(error)))
    finally:
        await process.stop()
    return ok(_CHECK, f"{_PACKAGE} {found} reads text in images, {readers} at a time")


def _advice(error: str) -> str:
    """Return what helps: mostly, OpenCV's build for screens stands where there is none."""
    return _HEADLESS if ".so" in error else "pip install --force-reinstall 'stream-app[media]'"
