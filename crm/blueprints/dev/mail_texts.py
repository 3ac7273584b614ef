"""The subject and the text part of every mail."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from crm.blueprints.dev.mails import sample

bp = Blueprint("mail_texts", __name__)


@bp.get("/dev/mail/<kind>/text")
def show(kind: str) -> Response:
    letter = sample(kind)
    response = make_response(f"{letter.subject}\n\n{letter.text}")
    response.mimetype = "text/plain"
    return response
