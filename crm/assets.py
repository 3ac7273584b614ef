"""Style sheets, scripts and vendored libraries, under an address that changes with their content.

There is no build: the address carries one hash over everything in ``static/``, so that a browser
may keep each file for ever, and the ``@import``s of ``app.css`` are put in place on the way out;
one may name a whole folder (``components/*.css``).
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, g, make_response, url_for
from werkzeug.utils import safe_join

FOLDER = Path(__file__).parent / "static"
# A module that app.js imports for what it does is put in place too: one request less on every page.
# One that imports or exports something stays a module of its own: it is part of others.
_MODULE = re.compile(r'^import "\./([^"]+)";$', re.MULTILINE)
_IMPORT = re.compile(r'@import url\("\./([^"]+)"\)(?: layer\(([\w.]+)\))?;')

bp = Blueprint("assets", __name__)


def init_app(app: Flask) -> None:
    """Serve the assets, and give templates ``asset_url``."""
    app.extensions["assets_version"] = _version()
    app.register_blueprint(bp)
    app.jinja_env.globals["asset_url"] = asset_url


def asset_url(name: str) -> str:
    """The address of a file in ``static/``: ``asset_url("js/app.js")``."""
    # A page names its icons hundreds of times, and they all lie at one address.
    known: dict[str, str] = g.setdefault("asset_urls", {})
    if name not in known:
        version = current_app.extensions["assets_version"]
        if name == "css/app.css":
            known[name] = url_for("assets.stylesheet", version=version)
        else:
            known[name] = url_for("assets.file", version=version, name=name)
    return known[name]


@bp.get("/static/<version>/css/app.css")
def stylesheet(version: str) -> Response:
    """All style sheets as one."""
    response = make_response(_bundle())
    response.mimetype = "text/css"
    return _keep_for_ever(response)


@bp.get("/static/<version>/<path:name>")
def file(version: str, name: str) -> Response:
    """One file of ``static/``."""
    content = _script() if name == "js/app.js" else _content(name)
    if content is None:
        abort(404)
    response = make_response(content)
    response.mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if name == "js/service-worker.js":
        response.headers["Service-Worker-Allowed"] = "/"
    return _keep_for_ever(response)


@lru_cache(maxsize=200)
def _content(name: str) -> bytes | None:
    """The bytes of a file below ``static/``; ``None`` if there is none."""
    path = safe_join(str(FOLDER), name)
    try:
        return Path(path).read_bytes() if path else None
    except (OSError, ValueError):  # no such file, a folder, a name that is too long or has a NUL
        return None


def _keep_for_ever(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = 31_536_000
    response.cache_control.immutable = True
    return response


def _version() -> str:
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(FOLDER).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@lru_cache
def _bundle() -> str:
    folder = FOLDER / "css"

    def put_in_place(match: re.Match[str]) -> str:
        text = "".join(path.read_text() for path in sorted(folder.glob(match[1])))
        return f"@layer {match[2]} {{\n{text}}}\n" if match[2] else text

    return _IMPORT.sub(put_in_place, (folder / "app.css").read_text())


@lru_cache
def _script() -> bytes:
    folder = FOLDER / "js"
    text = (folder / "app.js").read_text()

    def put_in_place(match: re.Match[str]) -> str:
        module = (folder / match[1]).read_text()
        return (
            match[0] if re.search("^(import|export)", module, re.MULTILINE) else f"{{\n{module}}}"
        )

    return _MODULE.sub(put_in_place, text).encode()
