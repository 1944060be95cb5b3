"""Which of a document's media are images that came with it, and what is said of those that are not read."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Final

from stream_app.events.document import Media
from stream_app.pipeline.image_text import Unread, WhyUnread

MOST_IMAGES: Final = 4
"""Images of one document that are read: what the big networks let a post carry."""

_IMAGES = frozenset({"image", "photo", "picture"})
_REFUSED = frozenset({"audio"})
_DATA_ADDRESS = "data:"
_SHOWN = 40
_TRANSLATE_URL_SAFE = str.maketrans("-_", "+/")


def refused(media: Sequence[Media]) -> int | None:
    """Return the place of the first medium for which the whole document is refused, or None."""
    return next((place for place, one in enumerate(media) if _kind(one) in _REFUSED), None)


def payload(medium: Media) -> str | None:
    """Return the base64 of an image that came with the document; None for addresses and for what is no image."""
    if _kind(medium) not in _IMAGES:
        return None
    if medium.base64:
        return _without_head(medium.base64)
    is_inline = medium.uri is not None and medium.uri.startswith(_DATA_ADDRESS)
    return _without_head(medium.uri or "") if is_inline else None


def image_names(media: Sequence[Media]) -> tuple[str, ...]:
    """Return a word for each image that came with the document, the same for the same bytes."""
    found = [one for medium in media if (one := payload(medium)) is not None]
    return tuple(f"image{hashlib.sha256(one.encode('utf-8', 'replace')).hexdigest()[:32]}" for one in found)


def bytes_of(medium: Media) -> bytes | Unread:
    """Return the image's bytes, or why there are none."""
    coded = payload(medium)
    if coded is None:
        return _unread(medium)
    try:
        # Both alphabets and line breaks are met with; anything else is damage.
        return base64.b64decode("".join(coded.split()).translate(_TRANSLATE_URL_SAFE), validate=True)
    except (binascii.Error, ValueError) as error:
        return Unread(WhyUnread.NO_BASE64, f"it is no base64 ({error})")


def without_reader() -> Unread:
    """Return what is said where nothing reads images."""
    return Unread(WhyUnread.NO_READER, "images are not read here: pip install 'stream-app[media]', see doctor")


def beyond_limit() -> Unread:
    """Return what is said of images after the first `MOST_IMAGES`."""
    return Unread(WhyUnread.TOO_MANY, f"only the first {MOST_IMAGES} images of a document are read")


def _unread(medium: Media) -> Unread:
    if _kind(medium) in _IMAGES:
        return Unread(WhyUnread.ADDRESS, "addresses are not fetched: send the image itself, as base64")
    return Unread(WhyUnread.OTHER_KIND, f"{medium.kind[:_SHOWN]} is not read")


def _kind(medium: Media) -> str:
    """Return the kind without its detail: `image` of `image/png`."""
    return medium.kind.strip().lower().partition("/")[0]


def _without_head(coded: str) -> str:
    """Return what a `data:` address carries."""
    return coded.partition(",")[2] if coded.startswith(_DATA_ADDRESS) else coded
