"""What stages demand of a deal: fields that are filled, and a checklist that is ticked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from crm import clock
from crm.models.custom_field import CustomField, CustomNoun
from crm.models.deal.tick import ChecklistTick
from crm.models.event import Action, Event
from crm.models.plain import CUSTOM

if TYPE_CHECKING:
    from crm.models.deal import Deal
    from crm.models.pipeline import ChecklistItem, Stage
    from crm.models.user import User


class Missing(Exception):
    """What must be done first: ``fields`` to fill, by name, and ``items`` of a list to tick."""

    def __init__(self, fields: Sequence[str] = (), items: Sequence[ChecklistItem] = ()) -> None:
        super().__init__(", ".join([*fields, *map(str, items)]))
        self.fields, self.items = list(fields), list(items)


def missing_fields(demanded: Iterable[str], value_of: Callable[[str], Any]) -> list[str]:
    """Those of the demanded fields of which ``value_of`` knows no value, each once.

    A field of the firm's own that is out of use is demanded no more: nobody could fill it.
    """
    names = list(dict.fromkeys(demanded))
    if any(name.startswith(CUSTOM) for name in names):
        own = {field.key for field in CustomField.in_use(CustomNoun.DEAL)}
        names = [name for name in names if name in own or not name.startswith(CUSTOM)]
    return [name for name in names if is_empty(value_of(name))]


def is_empty(value: Any) -> bool:
    """Whether a field says nothing; "no" and zero say something."""
    return value is None or value in ("", [])


class Checking:
    """The part of a deal that is held against what stages demand."""

    def says(self: Deal, name: str) -> Any:
        """What it says of a field that stages can demand; lines are a product, too."""
        match name:
            case "product":
                return self.product or self.lines
            case "competitor":
                return self.competitors
        return getattr(self, name)

    def left_forward_for(self: Deal, stage: Stage) -> Stage | None:
        """The stage it would leave forward by going to ``stage``: only that asks what leaving does.

        In that pipeline it stands there, or stood there last: the way round by another one asks
        the same.
        """
        left = self.stage
        if left.pipeline_id != stage.pipeline_id:
            there = [stay.stage for stay in self.stays
                     if stay.stage.pipeline_id == stage.pipeline_id]  # fmt: skip
            left = there[-1].in_force if there else stage
        return left if stage.position > left.position else None

    def fields_for(self: Deal, stage: Stage) -> list[str]:
        """The fields that going to ``stage`` demands: to leave one forward, to enter that."""
        left = self.left_forward_for(stage)
        return [*(left.required_to_leave if left else []), *stage.required]

    def missing_for(self: Deal, stage: Stage) -> Missing:
        """What it lacks to go to ``stage``."""
        left = self.left_forward_for(stage)
        items = self._open_items_of(left) if left else []
        return Missing(missing_fields(self.fields_for(stage), self.says), items)

    def require_kept(self: Deal, name: str) -> None:
        """:raises Missing: its stage demands ``name``, of which nothing would be left."""
        if self.is_open and name in self.stage.required:
            raise Missing([name])

    def missing_in(self: Deal, stage: Stage) -> Missing:
        """What it lacks to stand in ``stage``, wherever it comes from."""
        return Missing(missing_fields(stage.required, self.says))

    @property
    def missing_to_win(self: Deal) -> Missing:
        """What it lacks to be won: an amount, and what leaving its stage demands."""
        demanded = ["amount", *self.stage.required_to_leave]
        return Missing(missing_fields(demanded, self.says), self.open_items)

    @property
    def open_items(self: Deal) -> list[ChecklistItem]:
        """What its stage's checklist has that is not ticked."""
        return self._open_items_of(self.stage)

    def _open_items_of(self: Deal, stage: Stage) -> list[ChecklistItem]:
        items = stage.to_tick
        ticked = {tick.item_id for tick in self.ticks} if items else set()
        return [item for item in items if item.id not in ticked]

    def tick(self: Deal, item: ChecklistItem, *, by: User) -> None:
        """``item`` of a checklist is done; once is enough."""
        if all(tick.item_id != item.id for tick in self.ticks):
            self.ticks.append(ChecklistTick(item_id=item.id, at=clock.now(), by_id=by.id))
            self._record_tick(Action.DEAL_TICKED, item, by)

    def untick(self: Deal, item: ChecklistItem, *, by: User) -> None:
        """``item`` is not done after all."""
        for tick in [tick for tick in self.ticks if tick.item_id == item.id]:
            self.ticks.remove(tick)
            self._record_tick(Action.DEAL_UNTICKED, item, by)

    def _record_tick(self: Deal, action: Action, item: ChecklistItem, by: User) -> None:
        Event.record(
            action, self, by=by, name=self.name, item_zh=item.label_zh, item_en=item.label_en
        )


def require_none(missing: Missing) -> None:
    """:raises Missing: something is."""
    if missing.fields or missing.items:
        raise missing
