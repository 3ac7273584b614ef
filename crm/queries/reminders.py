"""The reminders of tasks: who does them or takes part is told, at the times that were chosen."""

from __future__ import annotations

from crm.models import Notification, NotificationKind, TaskReminder

# As many in one go; the others follow a minute later.
AT_ONCE = 500


def remind_of_tasks() -> None:
    """Tell of each reminder that is due, once; the worker runs this every minute."""
    for reminder in TaskReminder.claim_due(AT_ONCE):
        for person in reminder.task.people_reminded():
            Notification.tell(
                person, NotificationKind.TASK_DUE, reminder.task,
                cause=f"reminder {reminder.id} {reminder.due_at:%Y-%m-%dT%H:%M}",
                reminder=reminder.id,
            )  # fmt: skip
