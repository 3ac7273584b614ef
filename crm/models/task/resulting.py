"""What came of a task: the activity that was noted while it was ticked off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

if TYPE_CHECKING:
    from crm.models.activity import Activity
    from crm.models.user import User


class Resulting:
    """The part of a task of which something came."""

    result_id: Mapped[int | None] = mapped_column(ForeignKey("activity.id"), index=True)

    @declared_attr
    @classmethod
    def result(cls) -> Mapped[Activity | None]:
        return relationship("Activity")

    def take_back_result(self, *, by: User) -> None:
        """It was not done after all: what came of it goes to the trash, unless it stands.

        What was changed since, is more than a day old or is somebody else's stands.
        """
        result, self.result = self.result, None
        if result is not None and result.is_as_written_by(by):
            result.trash(by=by)
