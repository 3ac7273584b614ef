"""The reports: one module each, named as in ``wording.REPORTS``, and one line here.

A report reads its figures of what its reader sees, each with the list of what is behind it
(``figures.py``), and is drawn as bars (``drawing.py``); what its rows can be stands in ``ways.py``.
Definitions: docs/metrics.md.
"""

from __future__ import annotations

from crm.queries.reports import (
    activities,
    approving,
    attainment,
    budgets,
    contacts,
    cost_kinds,
    costs,
    customer_costs,
    cycle,
    deal_costs,
    forecast,
    forecast_then,
    funnel,
    load,
    losses,
    movement,
    sources,
    stays,
    stuck,
    winning,
)
from crm.queries.reports.report import Report

ALL: dict[str, Report] = {
    report.name: report
    for report in (
        funnel.REPORT,
        movement.REPORT,
        stays.REPORT,
        cycle.REPORT,
        winning.REPORT,
        losses.REPORT,
        sources.REPORT,
        stuck.REPORT,
        load.REPORT,
        forecast.REPORT,
        forecast_then.REPORT,
        attainment.REPORT,
        activities.REPORT,
        contacts.REPORT,
        costs.REPORT,
        cost_kinds.REPORT,
        customer_costs.REPORT,
        deal_costs.REPORT,
        approving.REPORT,
        budgets.REPORT,
    )
}
