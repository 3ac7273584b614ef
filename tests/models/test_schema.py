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


def test_what_histories_follow_remembers_what_it_was() -> None:
    """Otherwise a relation that was not loaded is recorded as having been empty."""
    forgetful = [
        f"{mapper.class_.__name__}.{relation.key}"
        for mapper in Base.registry.mappers
        for relation in mapper.relationships
        if relation.key in getattr(mapper.class_, "TRACKED", ()) and not relation.active_history
    ]
    assert not forgetful
