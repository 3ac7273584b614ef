"""Tasks."""

from __future__ import annotations

from flask import Flask

from crm.blueprints.tasks import (
    enoughs,
    task_answers,
    task_assignees,
    task_completions,
    task_notes,
    task_postponements,
    task_priorities,
    task_quadrants,
    task_series,
    tasks,
)


def register(app: Flask) -> None:
    app.register_blueprint(tasks.bp)
    app.register_blueprint(task_assignees.bp)
    app.register_blueprint(task_completions.bp)
    app.register_blueprint(task_answers.bp)
    app.register_blueprint(enoughs.bp)
    app.register_blueprint(task_notes.bp)
    app.register_blueprint(task_postponements.bp)
    app.register_blueprint(task_priorities.bp)
    app.register_blueprint(task_quadrants.bp)
    app.register_blueprint(task_series.bp)
