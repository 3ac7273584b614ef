"""What templates have: filters, texts in the reader's language, and the values every page needs."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request
from flask_babel import get_translations
from flask_login import current_user

from crm import clock
from crm.extensions import LANGUAGES
from crm.formatting import (
    ago,
    both_moneys,
    choices,
    clock_time,
    counted,
    custom_words,
    dated_term,
    day,
    day_heading,
    days,
    due,
    evenly,
    filesize,
    greeting,
    hour,
    initial,
    label,
    language,
    lines,
    listed_url,
    marked,
    moment,
    money,
    number,
    option_list_word,
    percent,
    price,
    reported_days,
    short_day,
    short_weekday,
    symbol,
    tenths,
    term_name,
    tone,
    weblink,
    weekday,
    whole,
    whole_money,
)
from crm.models import Company
from crm.nouns import document_url, list_word, noun_icon, noun_word, record_url
from crm.policies import may, sees
from crm.reminder_words import reason_words, taker_words
from crm.wording import person_word, word_for
from crm.wording.looks import look_of
from crm.wording.recurrence import rule_word
from crm.wording.refusals import refusal_word
from crm.wording.times import before_word, length_word


def init_app(app: Flask) -> None:
    """Give templates the filters, and the few values every page needs."""
    app.jinja_env.filters.update(
        money=money, both_moneys=both_moneys, price=price, symbol=symbol,
        whole_money=whole_money, whole=whole, evenly=evenly, number=number, day=day,
        short_day=short_day, due=due, hour=hour, dated_term=dated_term, weekday=weekday,
        moment=moment, ago=ago, label=label, clock_time=clock_time, day_heading=day_heading,
        percent=percent, word=word_for, look=look_of, person=person_word, refusal=refusal_word,
        noun_word=noun_word, noun_icon=noun_icon,
        list_word=list_word, option_list_word=option_list_word, listed_url=listed_url, lines=lines,
        reason_words=reason_words, taker_words=taker_words,
        lasting=length_word, rule=rule_word, before=before_word, days=days,
        counted=counted, term_name=term_name,
        reported_days=reported_days, tenths=tenths, short_weekday=short_weekday,
        filesize=filesize, initial=initial, tone=tone, weblink=weblink, choices=choices,
        marked=marked, own_words=lambda value, field: custom_words(field, value),
    )  # fmt: skip
    app.jinja_env.globals.update(
        may=may,
        sees=sees,
        greeting=greeting,
        languages=LANGUAGES,
        now=clock.now,
        record_url=record_url,
        document_url=document_url,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(_page_values)


_CATALOGUES: dict[str, Any] = {}


def _catalogue() -> Any:
    """The texts in the reader's language: a page asks hundreds of times, so the way is short."""
    wanted = language()
    if wanted not in _CATALOGUES:
        _CATALOGUES[wanted] = get_translations()
    return _CATALOGUES[wanted]


def _page_values() -> dict[str, Any]:
    return {
        "company": Company.current(),
        "language": language(),
        "html_lang": "zh-CN" if language() == "zh" else "en",
        "area": request.blueprint if request else "",
        "theme": (current_user.theme if current_user and current_user.is_authenticated else None)
        or (request.cookies.get("theme") if request else None) or "auto",
        "rail": (request.cookies.get("rail") if request else None) or "wide",
        "user_session": g.get("user_session"),
    }  # fmt: skip
