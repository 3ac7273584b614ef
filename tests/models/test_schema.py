"""The schema: what the migrations make is what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crm.base import Base
from crm.extensions import db
from tests.cast import Cast


def test_migrations_make_what_the_models_say(cast: Cast) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": False, "include_object": lambda _o, name, kind, *_:
                  kind != "index" or not name.endswith("_search")},
        )  # fmt: skip
        differing = [
            change for change in compare_metadata(context, Base.metadata)
            if not (change[0] == "remove_table" and "_search" in change[1].name)
        ]  # fmt: skip
    assert not differing
