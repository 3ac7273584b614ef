"""What happens to approval requests, flows and delegations: one sentence for each action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from crm.models import Action
from crm.models.approval import Closure, Decision, Release, Skip, Why
from crm.sentences.changes import in_language, written_day
from crm.wording import word_for

# Once it stood there as well how it came to who stands in: "in the place of" tells that.
UNUSUAL = {why.value for why in Why if why is not Why.STEP}


def _asked(p: dict[str, Any]) -> str:
    """Who, in which step, and why they, where it is not simply by the flow."""
    told = _("%(name)s is asked", name=p["name"])
    if step := in_language(p, "step"):
        told = _("%(step)s: %(name)s is asked", step=step, name=p["name"])
    if p["in_place_of"]:
        told = _("%(what)s, in the place of %(name)s", what=told, name=p["in_place_of"])
    if p["why"] not in UNUSUAL:
        return told
    return _("%(what)s (%(why)s)", what=told, why=word_for(Why(p["why"])))


def _decided(p: dict[str, Any]) -> str:
    told = word_for(Decision(p["decision"]))
    if p["in_place_of"]:
        told = _("%(what)s, in the place of %(name)s", what=told, name=p["in_place_of"])
    if p["by_link"]:
        told = _("%(what)s by the link in the mail", what=told)
    return _with_comment(told, p["comment"])


def _with_comment(told: str, comment: str) -> str:
    return _("%(name)s: %(value)s", name=told, value=comment) if comment else told


APPROVALS: dict[Action, Callable[[dict[str, Any]], str]] = {
    Action.APPROVAL_OPENED: lambda p: (
        _("Handed in by the flow %(flow)s, version %(version)s",
          flow=in_language(p, "flow"), version=p["version"])
        if p["version"]
        else _("Handed in")
    ),
    Action.APPROVAL_SKIPPED: lambda p: _(
        "%(step)s is skipped: %(why)s",
        step=in_language(p, "step"), why=word_for(Skip(p["why"])),
    ),
    Action.APPROVAL_ASKED: _asked,
    Action.APPROVAL_DECIDED: _decided,
    Action.APPROVAL_RELEASED: lambda p: (
        _("%(name)s need not decide any more", name=p["name"])
        if p["release"] == Release.SETTLED
        else _("%(name)s is not asked any more: %(why)s",
               name=p["name"], why=word_for(Release(p["release"])).lower())
    ),
    Action.APPROVAL_ADDED: lambda p: _with_comment(
        _("%(name)s is to agree as well", name=p["name"]), p["comment"]
    ),
    Action.APPROVAL_ESCALATED: lambda p: _(
        "%(name)s has not decided: on to %(to)s", name=p["name"], to=p["to"]
    ),
    Action.APPROVAL_REMINDED: lambda p: _("%(name)s was reminded", name=p["name"]),
    Action.APPROVAL_COMMENTED: lambda p: p["text"],
    Action.APPROVAL_CLOSED: lambda p: _(
        "Approval ended: %(how)s", how=word_for(Closure(p["closure"])).lower()
    ),
    Action.FLOW_REVISED: lambda p: _(
        "Approval flow %(name)s: version %(version)s",
        name=in_language(p, "name"), version=p["version"],
    ),
    Action.FLOW_CHANGED: lambda p: _(
        "Approval flow %(name)s changed", name=in_language(p, "name")
    ),
    Action.FLOW_RETIRED: lambda p: _(
        "Approval flow %(name)s out of use", name=in_language(p, "name")
    ),
    Action.FLOW_RESTORED: lambda p: _(
        "Approval flow %(name)s in use again", name=in_language(p, "name")
    ),
    Action.DELEGATION_BEGUN: lambda p: _(
        "%(delegate)s decides for %(name)s from %(first)s to %(last)s", name=p["name"],
        delegate=p["delegate"], first=written_day(p["first"]), last=written_day(p["last"]),
    ),
    Action.DELEGATION_ENDED: lambda p: _(
        "%(delegate)s does not decide for %(name)s any more",
        name=p["name"], delegate=p["delegate"],
    ),
}  # fmt: skip
