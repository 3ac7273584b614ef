"""Telephone numbers: what can be one, and by what two are the same."""

from __future__ import annotations

import unicodedata

import phonenumbers

# Read for numbers that are written without the country's code.
HOME_COUNTRY = "CN"
# Of a subscriber, wherever in the world; with fewer it is a service (110), or an extension.
FEWEST_DIGITS = 7
FEWEST_OF_A_SERVICE = 3
# With whatever stands between them and an extension.
MOST_DIGITS = 20


def digits_of(written: str) -> str:
    """``０411-8765 4321`` → ``041187654321``."""
    plain = unicodedata.normalize("NFKC", written)
    return "".join(char for char in plain if char.isdecimal())


def is_possible(written: str) -> bool:
    """Whether it can be a telephone number at all."""
    return FEWEST_OF_A_SERVICE <= len(digits_of(written)) <= MOST_DIGITS


def is_whole(written: str) -> bool:
    """Whether it is enough to be a subscriber's number by itself."""
    return len(digits_of(written)) >= FEWEST_DIGITS


def phone_key(written: str) -> str:
    """``0411-8765 4321`` → ``+8641187654321``; empty for what is no phone number, or too short."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", written), HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        return ""
    if len(str(number.national_number)) < FEWEST_DIGITS:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_shown(key: str) -> str:
    """``+8641187654321`` → ``0411 8765 4321``: a ``phone_key`` as people write the number."""
    number = phonenumbers.parse(key)
    is_ours = phonenumbers.region_code_for_number(number) == HOME_COUNTRY
    forms = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, forms.NATIONAL if is_ours else forms.INTERNATIONAL)


def compared(written: str) -> str:
    """What two ways to write one number have in common, of a service's number, too.

    Empty for what has too few digits for any number: two people with 无, - or 0 have none.
    """
    digits = digits_of(written)
    return phone_key(written) or (digits if len(digits) >= FEWEST_OF_A_SERVICE else "")
