"""Files that people upload: checked by content, stored under their hash outside any static root."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import pillow_heif
from flask import Response, current_app, send_file
from flask_babel import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from crm.extensions import db
from crm.models import Attachment, User

ACCEPTED = ("image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf")
LARGEST = 10_000_000
# A receipt is legible at this many pixels on its longer side; a camera's picture has more.
LONGEST_SIDE = 2400
MOST_PIXELS = 60_000_000

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class RefusedFile(ValueError):
    """A file is not stored; the message says why in the reader's language."""


class PreparedFile(NamedTuple):
    """A checked upload, ready to be stored."""

    name: str
    content_type: str
    content: bytes


def prepare(upload: FileStorage) -> PreparedFile:
    """Check an upload by its content; pictures are drawn again, without EXIF data.

    :raises RefusedFile: too large, empty, or not of an accepted kind.
    """
    name = Path(upload.filename or "").name[:200]
    content = upload.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RefusedFile(_("%(name)s is larger than 10 MB.", name=name))
    if not content:
        raise RefusedFile(_("%(name)s is empty.", name=name))
    if content.startswith(b"%PDF-"):
        return PreparedFile(name, "application/pdf", content)
    return PreparedFile(str(Path(name).with_suffix(".jpg")), "image/jpeg", _redraw(name, content))


def store(prepared: PreparedFile, *, kind: str, by: User) -> Attachment:
    """Write the file, and make the attachment that names it; the caller gives it its record."""
    digest = hashlib.sha256(prepared.content).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: written beside, flushed to the disk, then renamed.
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(prepared.content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
    attachment = Attachment(
        record_kind=kind, digest=digest, name=prepared.name,
        content_type=prepared.content_type, size=len(prepared.content), uploaded_by=by,
    )  # fmt: skip
    db.session.add(attachment)
    return attachment


def path_of(digest: str) -> Path:
    """Where the file with this SHA-256 lies."""
    return Path(current_app.config["INSTANCE"]) / "files" / digest[:2] / digest


def send(attachment: Attachment, *, inline: bool = False) -> Response:
    """The file as a download; pictures may be shown in place."""
    inline = inline and attachment.is_image
    response = send_file(
        path_of(attachment.digest), mimetype=attachment.content_type, etag=attachment.digest,
        as_attachment=not inline, download_name=attachment.name, max_age=0,
    )  # fmt: skip
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _redraw(name: str, content: bytes) -> bytes:
    refusal = RefusedFile(
        _("%(name)s is not a picture or PDF. JPEG, PNG, WebP, HEIC and PDF are accepted.", name=name)
    )
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "HEIF")) as image:
            if image.width * image.height > MOST_PIXELS:
                raise RefusedFile(_("%(name)s has too many pixels.", name=name))
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, RefusedFile):
            raise
        raise refusal from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A fresh image of the pixels alone: nothing the file carried beside them survives.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()

