"""Settings that administrators change in the browser; the first visit leads through them."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.settings import (
    areas,
    background,
    company,
    custom_field_places,
    custom_fields,
    dismissals,
    exchange_rates,
    expense_rates,
    expense_rules,
    first_visit,
    flow_places,
    flow_retirements,
    flows,
    options,
    pipeline_places,
    pipeline_retirements,
    pipelines,
    pool,
    rate_grants,
    reminder_rule_restorations,
    reminder_rule_switches,
    reminder_rules,
    retries,
    stage_retirements,
    stage_templates,
    stages,
    teams,
    user_deactivations,
    user_links,
    users,
)


def register(app: Flask) -> None:
    app.register_blueprint(areas.bp)
    app.register_blueprint(first_visit.bp)
    app.register_blueprint(company.bp)
    app.register_blueprint(users.bp)
    app.register_blueprint(user_links.bp)
    app.register_blueprint(user_deactivations.bp)
    app.register_blueprint(teams.bp)
    app.register_blueprint(pipelines.bp)
    app.register_blueprint(pipeline_places.bp)
    app.register_blueprint(pipeline_retirements.bp)
    app.register_blueprint(stages.bp)
    app.register_blueprint(stage_retirements.bp)
    app.register_blueprint(stage_templates.bp)
    app.register_blueprint(flows.bp)
    app.register_blueprint(flow_places.bp)
    app.register_blueprint(flow_retirements.bp)
    app.register_blueprint(options.bp)
    app.register_blueprint(custom_fields.bp)
    app.register_blueprint(custom_field_places.bp)
    app.register_blueprint(exchange_rates.bp)
    app.register_blueprint(expense_rates.bp)
    app.register_blueprint(rate_grants.bp)
    app.register_blueprint(expense_rules.bp)
    app.register_blueprint(pool.bp)
    app.register_blueprint(reminder_rules.bp)
    app.register_blueprint(reminder_rule_restorations.bp)
    app.register_blueprint(reminder_rule_switches.bp)
    app.register_blueprint(background.bp)
    app.register_blueprint(retries.bp)
    app.register_blueprint(dismissals.bp)
