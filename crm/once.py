"""What one request asks of the database once, however often it needs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import has_request_context, request

Answer = TypeVar("Answer")


def once_a_request(question: str, ask: Callable[[], Answer]) -> Answer:
    """What ``ask`` answered when ``question`` first came up in this request.

    Outside a request, in a job or a command, everything is asked anew. For what requests read and
    hardly ever change: whoever changes it reads it from the database, not from here.
    """
    if not has_request_context():
        return ask()
    answers: dict[str, Any] = request.environ.setdefault("crm.answers", {})
    if question not in answers:
        answers[question] = ask()
    return cast(Answer, answers[question])


def keep_for_request(answers: dict[str, Any]) -> None:
    """Keep what was asked together, so that nobody asks it one by one in this request."""
    if has_request_context():
        request.environ.setdefault("crm.answers", {}).update(answers)
