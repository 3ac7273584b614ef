"""Records put in order by name: ``sort_name`` is written in the same flush as the name."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from crm.folding import sort_key

# Compared byte for byte, so that both databases put names in the same order.
_BY_BYTES = String(120).with_variant(String(120, collation="C"), "postgresql")


class Named:
    """A mixin: ``CALLED_BY`` says which field is the record's name."""

    CALLED_BY: ClassVar[str] = "name"

    sort_name: Mapped[str] = mapped_column(_BY_BYTES, default="")


@event.listens_for(Named, "before_insert", propagate=True)
@event.listens_for(Named, "before_update", propagate=True)
def _write_sort_name(_mapper: Mapper[Any], _connection: Any, record: Named) -> None:
    key = sort_key(getattr(record, record.CALLED_BY))
    if record.sort_name != key:
        record.sort_name = key
