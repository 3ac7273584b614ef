"""What a value of a file can stand for: what its field understands, and what that is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from crm.extensions import choose_language, db
from crm.filters.columns import words
from crm.importers.deals import Ending
from crm.models import CustomField, Option, OptionList, Pipeline, Stage, User
from crm.wording import person_word, word_for

Choices = list[tuple[str, str]]

ENDINGS = {Ending.WON: _l("Won"), Ending.LOST: _l("Lost"), Ending.OPEN: _l("Open")}


def choices_among(among: Any) -> Choices:
    """Those of a list, a kind or a field of the firm's own; colleagues, stages."""
    if isinstance(among, OptionList):
        return [(option.label_zh, words(option)) for option in Option.in_use(among)]
    if isinstance(among, CustomField):
        language = choose_language()
        return [(one.label(language), one.label(language)) for one in among.choices if one.active]
    if among is User:
        return [(user.username, person_word(user)) for user in db.session.scalars(User.active())]
    if among is Stage:
        stages = db.session.scalars(Stage.in_order(Pipeline.main()))
        return [(stage.label_zh, words(stage)) for stage in stages]
    return [(kind.value, str(ENDINGS.get(kind) or word_for(kind))) for kind in among]


def choice_of(label: str, pairs: Iterable[tuple[str, Any]] = ()) -> SelectField:
    """A choice among pairs of value and words; of the empty one, nothing."""
    choices = [SelectChoice(value, words) for value, words in pairs]
    return SelectField(label, choices=choices, coerce=lambda value: value or None)
