"""The form that takes a file of customers."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, ValidationError

from crm.forms.base import BaseForm
from crm.forms.fields import RecordField
from crm.importers import Customers, Mapping, Refused, Table
from crm.importers.uploads import Upload
from crm.models import User


class CustomerImportForm(BaseForm):
    file = FileField(_l("CSV file"), render_kw={"accept": ".csv,.txt,text/csv", "required": True})
    owner = RecordField(
        _l("Owner"), empty=_l("Nobody"),
        description=_l("Of the customers for which the file names none."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner.offer(User.active())

    def validate_file(self, field: FileField) -> None:
        if not getattr(field.data, "filename", ""):
            raise ValidationError(_("Choose a file."))
        if field.data.filename.lower().endswith((".xls", ".xlsx", ".numbers", ".ods")):
            raise ValidationError(_("Save the spreadsheet as CSV (UTF-8) first, then choose that."))

    def keep(self, *, by: User) -> Upload | None:
        """The upload, if it is a table of customers; ``None``, with the reason, if not."""
        content = self.file.data.stream.read()
        upload = Upload.keep(self.file.data.filename, content, Customers, by=by)
        try:
            Mapping.of(Customers.fields, Table(upload.path).header)
        except Refused as error:
            upload.forget()
            self.file.errors = [str(error)]
            return None
        return upload
