"""Contacts as one file of vCards, which telephones and mail programs take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO

from crm.contact_cards import card_of
from crm.models import Contact
from crm.vcards import written


def write(file: IO[bytes], contacts: Iterable[Contact]) -> None:
    """Write a card for each."""
    file.writelines(written(map(card_of, contacts)))
