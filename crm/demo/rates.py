"""Exchange rates of the last two years, one a month, entered by the administrator."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from crm.demo.world import World
from crm.models import ExchangeRate

# About what one unit cost in yuan; each month differs a little.
ABOUT = {"USD": Decimal("7.12"), "EUR": Decimal("7.86"), "JPY": Decimal("0.0486")}
MONTHS = 30


def enter(world: World) -> None:
    """Enter a rate for each currency and month."""
    administrator = world.people["chenli"]
    first = world.today.replace(day=1)
    for _ in range(MONTHS):
        with world.at(world.moment(first, 8, 9)):
            for currency, about in ABOUT.items():
                drift = Decimal(world.dice.randint(-250, 250)) / 10_000
                rate = (about * (1 + drift)).quantize(Decimal("0.000001"))
                ExchangeRate.enter(currency, first, rate, by=administrator)
        first = (first - timedelta(days=1)).replace(day=1)
