"""What forms say of a value that cannot be used: our words in place of WTForms' own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CHOOSE = _l("This cannot be chosen.")
MESSAGES = {
    "Not a valid choice.": CHOOSE,
    "Invalid Choice: could not coerce.": CHOOSE,
    "Invalid choice(s): one or more data inputs could not be coerced.": CHOOSE,
    "Not a valid integer value.": _l("Write a whole number."),
    "Not a valid date value.": _l("Write a date like 2026-03-31."),
    "Not a valid time value.": _l("Write a time like 14:30."),
    "Not a valid datetime value.": _l("Write date and time like 2026-03-31 14:30."),
    "Invalid email address.": _l("Write an e-mail address like name@example.com."),
    "Invalid URL.": _l("Write a web address like https://www.example.com."),
    "Field cannot be longer than %(max)d characters.": _l("Use at most %(max)d characters."),
    "Field must be between %(min)d and %(max)d characters long.": _l(
        "Use %(min)d to %(max)d characters."
    ),
}


class Messages:
    """The translations that WTForms asks for its messages."""

    def gettext(self, text: str) -> str:
        return str(MESSAGES.get(text, text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return self.gettext(plural)
