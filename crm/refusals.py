"""Why a deal's verb says no: board, forms, batches and imports say it in the same words."""

from __future__ import annotations

from flask_babel import get_locale
from flask_babel import gettext as _

from crm.models import CustomField, CustomNoun, Deal
from crm.models.bilingual import Bilingual
from crm.models.deal import Missing, OwnerLocked, StageChanged
from crm.wording.fields import field_word


def demand_word(name: str) -> str:
    """What a field is called that a stage demands, one of the firm's own too."""
    own = {field.key: field for field in CustomField.known(CustomNoun.DEAL)}
    return _label(own[name]) if name in own else field_word("deal", name)


def missing_words(missing: Missing) -> str:
    """What is to be filled in and ticked, in one line."""
    words = [*map(demand_word, missing.fields), *(f"☐ {_label(item)}" for item in missing.items)]
    return _(", ").join(words)


def lacking_words(deal: Deal, missing: Missing) -> str:
    """Why a deal does not come back into its stage."""
    return _("%(deal)s says no longer what its stage needs: %(what)s. Fill that in first.",
             deal=deal.name, what=missing_words(missing))  # fmt: skip


def locked_words(locked: OwnerLocked) -> str:
    """Why a deal, or the customer it is with, stays with its owner."""
    deal = locked.deal
    if locked.lacks_reason:
        return _("%(deal)s stays with its owner in “%(stage)s”: write why it changes hands.",
                 deal=deal.name, stage=_label(deal.stage))  # fmt: skip
    return _(
        "%(deal)s stays with its owner in “%(stage)s”: only their manager gives it to somebody "
        "else, with a reason.", deal=deal.name, stage=_label(deal.stage),
    )  # fmt: skip


def changed_words(changed: StageChanged) -> str:
    """Why a deal does not go where it was sent."""
    words = {
        "moved": _("It was changed by somebody else meanwhile."),
        "closed": _("It is closed: reopen it first."),
        "elsewhere": _("It goes through another pipeline."),
        "retired": _("The stage, or its pipeline, is out of use."),
    }
    return words[changed.reason]


def _label(thing: Bilingual) -> str:
    locale = get_locale()
    return thing.label(locale.language if locale else "zh")
