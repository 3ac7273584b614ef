"""What sources cost in the demo's year: fairs in their months, web site and advertising in each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from crm.demo.world import World
from crm.models import OptionList, SourceCost
from crm.models.source_cost import Spent

FAIRS = {
    3: (46_800, "上海国际泵阀展，9 平米展位"), 5: (18_600, "华南水处理展"),
    9: (58_200, "德国展会，联合展台"), 11: (12_400, "西部化工展"),
}  # fmt: skip
# In every month, by the source: how much, and in January what for.
ALWAYS = {"网站": (3_200, "推广与维护"), "广告": (1_800, "行业杂志与公众号")}


def enter(world: World) -> None:
    """Type what they cost this year so far and last year."""
    by = world.people["fengqin"]
    for year in (world.today.year - 1, world.today.year):
        months = [date(year, number, 1) for number in range(1, 13)]
        past = [month for month in months if month <= world.today]
        costs = {
            label: {month: _spent(amount, note if month.month == 1 else None) for month in past}
            for label, (amount, note) in ALWAYS.items()
        }
        costs["展会"] = {
            month: _spent(*FAIRS[month.month]) for month in past if month.month in FAIRS
        }
        with world.at(min(world.now, world.moment(date(year, 12, 28)))):
            for label, spent in costs.items():
                SourceCost.set_for(world.option(OptionList.SOURCE, label), year, spent, by=by)


def _spent(amount: int, note: str | None) -> Spent:
    return Spent(Decimal(amount), note)
