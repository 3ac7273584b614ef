"""Files that a form takes along: checked before it is, and named by it where they are refused."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import ValidationError

from crm.files import ACCEPTED_WITH_DOCUMENTS, PreparedFile
from crm.forms.base import BaseForm


def file_field(label: str = _l("Files")) -> MultipleFileField:
    """Pictures, PDFs and office documents, several at a time."""
    return MultipleFileField(label, render_kw={"accept": ",".join(ACCEPTED_WITH_DOCUMENTS)})


class WithFiles(BaseForm):
    """A form with ``files``; what they hold was read before the form was made (crm/files.py)."""

    files = file_field()

    def __init__(
        self, *args: Any, prepared: tuple[list[PreparedFile], list[str]] = ([], []), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.prepared, self.refused = prepared

    def validate_files(self, field: MultipleFileField) -> None:
        if self.refused:
            raise ValidationError(" ".join(self.refused))


class FilesForm(WithFiles):
    """Files for a customer or a deal."""

    def validate_files(self, field: MultipleFileField) -> None:
        super().validate_files(field)
        if not self.prepared:
            raise ValidationError(_l("Choose at least one file."))
