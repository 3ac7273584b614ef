"""The views that people have saved: two for everybody, one for a team, one for oneself."""

from __future__ import annotations

from crm.demo.customers import ABROAD
from crm.demo.deals import QUOTATION
from crm.demo.world import World
from crm.extensions import db
from crm.filters.base import ListFilter
from crm.filters.customers import CustomerFilter
from crm.filters.deals import DealFilter
from crm.filters.facets import ME, Person
from crm.models import OptionList, SavedView, Sharing


def save(world: World) -> None:
    """Put them above the lists."""
    key = world.option(OptionList.GRADE, "a").id
    abroad = world.option(OptionList.REGION, ABROAD).id
    late = tuple(stage.id for stage in world.stages[QUOTATION:])
    _save(world, "limin", "重点客户", Sharing.EVERYONE, CustomerFilter(grade=(key,), sort="name"))
    _save(world, "limin", "报价待跟进", Sharing.EVERYONE, DealFilter(
        stage=late[:1], sort="-stage_since",
        columns=("name", "customer", "amount", "stage_since", "next_step", "owner"),
    ))  # fmt: skip
    _save(world, "linfeng", "海外客户", Sharing.TEAM, CustomerFilter(region=(abroad,)))
    _save(world, "wangfang", "快签的单", Sharing.NOBODY, DealFilter(
        stage=late, owner=(Person(ME),), sort="expected",
    ))  # fmt: skip


def _save(world: World, owner: str, name: str, sharing: Sharing, filter: ListFilter) -> None:
    db.session.add(SavedView(
        list=filter.name(), name=name, query=filter.text(), owner=world.people[owner],
        shared_with=sharing,
    ))  # fmt: skip
