"""What was brought in from a spreadsheet: phone numbers, which can still be taken back."""

from __future__ import annotations

from crm.demo.world import World
from crm.extensions import db
from crm.importers.plan import Mode, Plan
from crm.models import (
    Action,
    Company,
    Event,
    ImportEntry,
    ImportRun,
    ImportState,
    ImportTemplate,
)

COLUMNS = {"name": "公司名称", "phone": "总机", "industry": "行业"}
COMPLETED, UNCHANGED = 12, 36


def bring_in(world: World) -> None:
    """One run, and the template that was made of its columns."""
    places = [place for place in world.places if not place.is_abroad and place.customer.phone]
    completed = [place.customer for place in places[-COMPLETED:]]
    by, plan = world.people["chenli"], Plan(COLUMNS, key="name", mode=Mode.UPDATE).stored
    moment = world.moment(world.days_ago(9))
    with world.at(moment):
        run = ImportRun(
            noun="customers", file="客户总机补录.xlsx", sheet="名单", by=by, created_at=moment,
            state=ImportState.DONE, plan=plan, done_at=moment,
        )  # fmt: skip
        counts = {"created": 0, "updated": COMPLETED, "unchanged": UNCHANGED, "skipped": 0,
                  "refused": 0}  # fmt: skip
        run.report = {"counts": counts, "problems": [], "problem_count": 0}
        db.session.add(run)
        db.session.add(ImportTemplate(noun="customers", name="客户总机", plan=plan, by=by))
        db.session.flush()  # its entries name it by its id
        for line, customer in enumerate(completed, 2):
            changes = {"phone": [None, customer.phone]}
            db.session.add(
                ImportEntry(run_id=run.id, record_id=customer.id, line=line, name=customer.name,
                            changes=changes)
            )  # fmt: skip
            Event.record(Action.CUSTOMER_CHANGED, customer, by=by, historic=True, at=moment,
                         changes={"phone": ["", customer.phone]})  # fmt: skip
        run.note_written(company=Company.current())
