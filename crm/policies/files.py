"""Who may change the files of records."""

from __future__ import annotations

from crm.models import Activity, Announcement, Attachment, Customer, Deal, User
from crm.policies.announcements import edit_announcement
from crm.policies.customers import edit_activity, edit_customer
from crm.policies.deals import edit_deal
from crm.policies.kinds import Predicate, Predicates

EDITS: dict[type, Predicate] = {
    Customer: edit_customer, Deal: edit_deal, Announcement: edit_announcement
}  # fmt: skip


def _edit_file(user: User, file: Attachment) -> bool:
    """Who added it, and whoever may change what it hangs on; at an activity, its author alone."""
    record = file.record
    if isinstance(record, Activity):
        return edit_activity(user, record)
    return file.uploaded_by_id == user.id or EDITS[type(record)](user, record)


PREDICATES: Predicates = {("edit", Attachment): _edit_file}
