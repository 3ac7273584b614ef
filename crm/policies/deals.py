"""Who may do what to deals, what is to be won with them, and tasks."""

from __future__ import annotations

from typing import Any

from crm.models import (
    Company,
    Deal,
    Noun,
    Role,
    Scope,
    Task,
    Team,
    User,
)
from crm.models.access import reaches
from crm.policies.kinds import Predicates, changes_shared


def _create_deal(user: User, _kind: Any) -> bool:
    return user.changes(Noun.DEALS) > Scope.NONE


def edit_deal(user: User, deal: Deal) -> bool:
    return changes_shared(user, Noun.DEALS, deal)


def _dispose_of_deal(user: User, deal: Deal) -> bool:
    """Its owner and who leads them: whose it is, and what part, counts for everybody's quota."""
    owns = deal.owner_id == user.id and user.changes(Noun.DEALS) > Scope.NONE
    return owns or deal.is_led_by(user)


def _plan_deals(user: User, _kind: Any) -> bool:
    """Whoever sees deals sees what is to be won with them: as far as the right on deals goes."""
    return user.sees(Noun.DEALS) > Scope.NONE


def _set_quotas(user: User, _kind: Any) -> bool:
    return user.leads


def _see_source_costs(user: User, _kind: Any) -> bool:
    """Who leads or types them, and whoever sees every deal: they are of all of the firm's."""
    return _set_source_costs(user, _kind) or user.sees(Noun.DEALS) is Scope.ALL


def _set_source_costs(user: User, _kind: Any) -> bool:
    return user.leads or user.has_role(Role.FINANCE)


def _set_quota_of_company(user: User, _company: Company) -> bool:
    return user.is_administrator


def _set_quota_of_team(user: User, team: Team) -> bool:
    """Of one's own team and those below, whoever leads."""
    if user.is_administrator or user.team is None or not user.leads:
        return user.is_administrator
    return team.path.startswith(user.team.path)


def _set_quota_of_user(user: User, person: User) -> bool:
    return user.is_administrator or (
        user.has_role(Role.MANAGER) and reaches(user, Scope.TEAM, person)
    )


def _create_task(user: User, _kind: Any) -> bool:
    return user.changes(Noun.TASKS) > Scope.NONE


def _edit_task(user: User, task: Task) -> bool:
    if reaches(user, user.changes(Noun.TASKS), task.assignee):
        return True
    return user.changes(Noun.TASKS) > Scope.NONE and task.created_by_id == user.id


PREDICATES: Predicates = {
    ("create", Deal): _create_deal,
    ("edit", Deal): edit_deal,
    ("add_files", Deal): edit_deal,
    ("remind", Deal): edit_deal,
    ("share", Deal): _dispose_of_deal,
    ("give", Deal): _dispose_of_deal,
    ("plan", Deal): _plan_deals,
    ("set_quotas", Deal): _set_quotas,
    ("see_source_costs", Deal): _see_source_costs,
    ("set_source_costs", Deal): _set_source_costs,
    ("set_quota", Company): _set_quota_of_company,
    ("set_quota", Team): _set_quota_of_team,
    ("set_quota", User): _set_quota_of_user,
    ("create", Task): _create_task,
    ("edit", Task): _edit_task,
}
