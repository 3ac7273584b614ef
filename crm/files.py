"""Files that people upload: checked by content, stored under their hash outside any static root."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import unicodedata
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pillow_heif
from flask import Response, current_app, send_file
from flask_babel import gettext as _
from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

from crm.models import Attachment, User

ACCEPTED = ("image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf")
# Office documents, by the part that makes them what they are, and their ending.
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCUMENTS = {
    "word/document.xml": ("docx", f"{_OFFICE}wordprocessingml.document"),
    "xl/workbook.xml": ("xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    "ppt/presentation.xml": ("pptx", f"{_OFFICE}presentationml.presentation"),
}
ACCEPTED_WITH_DOCUMENTS = (*ACCEPTED, *(f".{ending}" for ending, _type in DOCUMENTS.values()))
LARGEST = 10_000_000
# A receipt is legible at this many pixels on its longer side; a camera's picture has more.
LONGEST_SIDE = 2400
MOST_PIXELS = 60_000_000
# A small file can hold many pixels; formats that cannot be read at a smaller scale get fewer.
MOST_PIXELS_UNSCALED = 30_000_000
# So many that are read at full scale, of all the files of a request: it is a matter of seconds.
MOST_PIXELS_AT_ONCE = 100_000_000
MOST_FILES = 6
_PICTURES = ("JPEG", "PNG", "WEBP", "HEIF")

pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MOST_PIXELS


class RefusedFile(ValueError):
    """A file is not stored; the message says why in the reader's language."""


class PreparedFile(NamedTuple):
    """A checked upload, ready to be stored."""

    name: str
    content_type: str
    content: bytes


def prepare(upload: FileStorage, *, documents: bool = False) -> PreparedFile:
    """Check an upload by its content; pictures are drawn again, without EXIF data.

    :param documents: whether office documents are accepted, too.
    :raises RefusedFile: too large, empty, or not of an accepted kind.
    """
    name = plain_name(upload.filename or "")
    content = upload.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise RefusedFile(_("%(name)s is larger than 10 MB.", name=name))
    if not content:
        raise RefusedFile(_("%(name)s is empty.", name=name))
    if content.startswith(b"%PDF-"):
        return PreparedFile(f"{_stem(name)}.pdf", "application/pdf", content)
    if documents and content.startswith(b"PK\x03\x04"):
        ending, content_type = _document(name, content)
        return PreparedFile(f"{_stem(name)}.{ending}", content_type, content)
    return PreparedFile(f"{_stem(name)}.jpg", "image/jpeg", _redraw(name, content, documents))


def plain_name(name: str) -> str:
    """A file's name without folders, control characters and marks of reading direction."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in last if unicodedata.category(char) not in {"Cc", "Cf"})[:120]


def _stem(name: str) -> str:
    """The name without its ending: what is stored gets the ending of what it is."""
    return name.rpartition(".")[0].strip(" .") or name.strip(" .") or "file"


def prepare_all(
    uploads: list[FileStorage], *, documents: bool = False
) -> tuple[list[PreparedFile], list[str]]:
    """Check several uploads; returns the good ones, and what is wrong with the others.

    Decoding pictures takes long: the caller holds no transaction meanwhile.
    """
    chosen = [upload for upload in uploads if upload.filename]
    if len(chosen) > MOST_FILES:
        return [], [_("Up to %(most)s files at a time.", most=MOST_FILES)]
    prepared, refused, left = [], [], MOST_PIXELS_AT_ONCE
    for upload in chosen:
        pixels = _unscaled_pixels(upload)
        try:
            if pixels > left:
                raise _too_large_beside_others(upload)
            left -= pixels
            prepared.append(prepare(upload, documents=documents))
        except RefusedFile as error:
            refused.append(str(error))
    return prepared, refused


def store_all(prepared: list[PreparedFile], *, by: User) -> list[Attachment]:
    """Write the files; the caller gives them their record (``Attachment.add``)."""
    return [store(each, kind="", by=by) for each in prepared]


def store(prepared: PreparedFile, *, kind: str, by: User) -> Attachment:
    """Write the file, and make the attachment that names it; it is saved with its record."""
    digest = hashlib.sha256(prepared.content).hexdigest()
    path = path_of(digest)
    with suppress(FileNotFoundError):
        os.utime(path)  # it is needed again, so nobody may remove it now (unused_files.py)
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
    return Attachment(
        record_kind=kind, digest=digest, name=prepared.name,
        content_type=prepared.content_type, size=len(prepared.content), uploaded_by=by,
    )  # fmt: skip


def path_of(digest: str) -> Path:
    """Where the file with this SHA-256 lies."""
    return Path(current_app.config["INSTANCE"]) / "files" / digest[:2] / digest


def send(attachment: Attachment, *, inline: bool = False, framed: bool = False) -> Response:
    """The file as a download; pictures may be shown in place.

    :param framed: a PDF is for a frame of a page of ours. No sandbox: in one no browser shows it.
    """
    framed = framed and attachment.content_type == "application/pdf"
    inline = framed or (inline and attachment.is_image)
    response = send_file(
        path_of(attachment.digest), mimetype=attachment.content_type, etag=attachment.digest,
        as_attachment=not inline, download_name=attachment.name, max_age=0,
    )  # fmt: skip
    keeping = "frame-ancestors 'self'" if framed else "sandbox"
    response.headers["Content-Security-Policy"] = f"default-src 'none'; {keeping}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _document(name: str, content: bytes) -> tuple[str, str]:
    """The ending and the type of an office document, by the parts in it; it is not unpacked.

    :raises RefusedFile: it is none, is damaged, or holds macros.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = set(archive.namelist())
    except Exception as error:  # what a damaged directory makes zipfile raise is not documented
        raise _refusal(name, documents=True) from error
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise RefusedFile(_("%(name)s holds macros: save it without them.", name=name))
    for part in DOCUMENTS.keys() & parts:
        return DOCUMENTS[part]
    raise _refusal(name, documents=True)


def _refusal(name: str, *, documents: bool) -> RefusedFile:
    if documents:
        return RefusedFile(
            _(
                "%(name)s is not accepted: JPEG, PNG, WebP, HEIC, PDF, Word, Excel and PowerPoint "
                "(docx, xlsx, pptx) are.",
                name=name,
            )
        )
    return RefusedFile(
        _(
            "%(name)s is not a picture or PDF. JPEG, PNG, WebP, HEIC and PDF are accepted.",
            name=name,
        )
    )


def _redraw(name: str, content: bytes, documents: bool) -> bytes:
    refusal = _refusal(name, documents=documents)
    try:
        upright = _decode(content)
    except RefusedFile as error:
        raise RefusedFile(_("%(name)s has too many pixels.", name=name)) from error
    except Exception as error:
        # The decoders raise what they like at a damaged file: EOFError, struct.error, SyntaxError…
        raise refusal from error
    # A fresh image of the pixels alone: nothing the file carried beside them survives.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def _unscaled_pixels(upload: FileStorage) -> int:
    """How many pixels are read of it: none where it is read at a smaller scale, or no picture."""
    try:
        with Image.open(upload.stream, formats=_PICTURES) as image:
            return 0 if image.format == "JPEG" else image.width * image.height
    except Exception:  # whatever is wrong with it, ``prepare`` says
        return 0
    finally:
        upload.stream.seek(0)


def _too_large_beside_others(upload: FileStorage) -> RefusedFile:
    name = plain_name(upload.filename or "")
    return RefusedFile(
        _("%(name)s has too many pixels beside the others: add it by itself.", name=name)
    )


def _decode(content: bytes) -> Image.Image:
    """The picture, upright and no larger than is legible.

    :raises RefusedFile: it has too many pixels.
    """
    with Image.open(io.BytesIO(content), formats=_PICTURES) as image:
        most = MOST_PIXELS_UNSCALED if image.format in {"PNG", "WEBP"} else MOST_PIXELS
        if image.width * image.height > most:
            raise RefusedFile
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is read at a smaller scale
        # Whole pixels are put together first where that halves it: a third of the time.
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), reducing_gap=1.1)
        return ImageOps.exif_transpose(image).convert("RGB")
