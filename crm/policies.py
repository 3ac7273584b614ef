"""May this user do this? One predicate per verb and noun, and the ways views ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from flask import abort, g
from flask_login import current_user
from sqlalchemy import Select

from crm.extensions import db
from crm.models import (
    Activity,
    Advance,
    ApprovalAssignment,
    ApprovalRequest,
    Attachment,
    Budget,
    Company,
    Contact,
    Customer,
    CustomField,
    Deal,
    ExchangeRate,
    ExpenseClaim,
    ExpenseItem,
    ExpenseRate,
    ExpenseRule,
    ImportRun,
    Merge,
    Noun,
    Option,
    PaymentBatch,
    Pipeline,
    PoolClaimants,
    Role,
    SavedView,
    Scope,
    Sharing,
    Task,
    Team,
    User,
)
from crm.models.access import reaches
from crm.models.approval import ApprovalFlow, Delegation

Record = TypeVar("Record")

# Larger numbers in an address name nothing; a database would fail on them, not find nothing.
LARGEST_KEY = 2**31 - 1


def find(model: type[Record], record_id: int, *, lock: bool = False, **options: Any) -> Record:
    """The record with this id among those the user may see; 404 otherwise.

    :param lock: hold the row until the transaction ends, so that two changes come one by one.
    :param options: ``load=…``, loader options.
    """
    return find_in(model.visible_to(current_user), model, record_id, lock=lock, **options)  # type: ignore[attr-defined]


def find_trashed(model: type[Record], record_id: int) -> Record:
    """The record with this id in the user's trash; 404 otherwise."""
    return find_in(model.trash_of(current_user), model, record_id)  # type: ignore[attr-defined]


def find_in(
    select: Select[Any], model: type[Record], record_id: int, *, lock: bool = False,
    load: tuple[Any, ...] = (),
) -> Record:  # fmt: skip
    """The record with this id among ``select``; 404 otherwise."""
    if not 0 < record_id <= LARGEST_KEY:
        abort(404)
    select = select.where(model.id == record_id)  # type: ignore[attr-defined]
    if lock:
        # The row is held first and read after that: what is joined to it would otherwise be as
        # it was before the wait.
        db.session.scalar(select.with_only_columns(model.id).with_for_update(of=model))  # type: ignore[attr-defined]
    record = db.session.scalar(select.options(*load).execution_options(populate_existing=lock))
    if record is None:
        abort(404)
    return record


def find_all(model: type[Record], ids: Iterable[int], *, lock: bool) -> list[Record]:
    """Those with these ids among the records the user may see.

    :param lock: hold their rows until the transaction ends.
    """
    chosen = model.visible_to(current_user).where(model.id.in_(ids)).order_by(model.id)  # type: ignore[attr-defined]
    if lock:  # held first and read after that, as in find_in
        held = chosen.with_only_columns(model.id).with_for_update(of=model)  # type: ignore[attr-defined]
        chosen = chosen.where(model.id.in_(db.session.scalars(held).all()))  # type: ignore[attr-defined]
    chosen = chosen.options(*model.for_changes())  # type: ignore[attr-defined]
    return list(db.session.scalars(chosen.execution_options(populate_existing=lock)))


def require(verb: str, record: Any) -> None:
    """Go on only if the user may do ``verb`` to ``record``; 403 otherwise."""
    if not may(verb, record):
        abort(403)


def may(verb: str, record: Any) -> bool:
    """Whether the current user may do ``verb`` to ``record`` (or to a new one, given the class)."""
    kind = record if isinstance(record, type) else type(record)
    return PREDICATES[verb, kind](current_user, record)


def _create_customer(user: User, _kind: Any) -> bool:
    return user.changes(Noun.CUSTOMERS) > Scope.NONE


def _edit_customer(user: User, customer: Customer) -> bool:
    scope = user.changes(Noun.CUSTOMERS)
    if reaches(user, scope, customer.owner):
        return True
    return scope > Scope.NONE and any(helper.id == user.id for helper in customer.collaborators)


def _claim_customer(user: User, _customer: Any) -> bool:
    company = Company.current()
    if not company.has_pool or user.changes(Noun.CUSTOMERS) is Scope.NONE:
        return False
    return company.pool_claimants is PoolClaimants.SALES or user.leads


def _release_customer(user: User, customer: Customer) -> bool:
    return Company.current().has_pool and _edit_customer(user, customer)


def _give_customer(user: User, customer: Customer) -> bool:
    """What lies in the pool is claimed, within its limit; only who leads gives it to somebody."""
    return _edit_customer(user, customer) and (not customer.lies_in_pool or user.leads)


def _merge_customer(user: User, customer: Any) -> bool:
    """Who leads merges what their people own, and what nobody owns; given the class, some of it."""
    if not user.leads or isinstance(customer, type):
        return user.leads
    return customer.owner_id is None or _edit_customer(user, customer)


def _undo_merge(user: User, merge: Merge) -> bool:
    return _merge_customer(user, merge.winner)


def _oversee_customers(user: User, _kind: Any) -> bool:
    return user.leads


def _work_with_customer(user: User, customer: Customer) -> bool:
    """Whoever sees a customer and works in sales may note what happened there."""
    return user.changes(Noun.CUSTOMERS) > Scope.NONE


def _edit_contact(user: User, contact: Contact) -> bool:
    return _edit_customer(user, contact.customer)


def _edit_activity(user: User, activity: Activity) -> bool:
    """Its author, for a day."""
    return _is_author(user, activity) and activity.is_fresh


def _correct_activity(user: User, activity: Activity) -> bool:
    """Its author, once it cannot be changed any more."""
    return _is_author(user, activity) and not activity.is_fresh


def _restore_activity(user: User, activity: Activity) -> bool:
    """Its author, however old it is; an administrator, where that one has left."""
    return _is_author(user, activity) or user.is_administrator


def _is_author(user: User, activity: Activity) -> bool:
    return activity.by_id == user.id and _work_with_customer(user, activity.customer)


def _edit_file(user: User, file: Attachment) -> bool:
    """Who added it, and whoever may change what it hangs on."""
    record = file.record
    if isinstance(record, Activity):
        return _edit_activity(user, record)
    return file.uploaded_by_id == user.id or PREDICATES["edit", type(record)](user, record)


def _create_deal(user: User, _kind: Any) -> bool:
    return user.changes(Noun.DEALS) > Scope.NONE


def _edit_deal(user: User, deal: Deal) -> bool:
    scope = user.changes(Noun.DEALS)
    if reaches(user, scope, deal.owner):
        return True
    return scope > Scope.NONE and any(helper.id == user.id for helper in deal.collaborators)


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


def _create_claim(user: User, _kind: Any) -> bool:
    return user.changes(Noun.CLAIMS) > Scope.NONE


def _edit_claim(user: User, claim: ExpenseClaim | Advance) -> bool:
    return user.changes(Noun.CLAIMS) > Scope.NONE and claim.claimant_id == user.id


def _pay_claim(user: User, claim: ExpenseClaim | Advance) -> bool:
    return user.has_role(Role.FINANCE) and claim.claimant_id != user.id


def _pay_claims(user: User, _kind: Any) -> bool:
    return user.has_role(Role.FINANCE)


def _see_payments(user: User, _kind: Any) -> bool:
    return PaymentBatch.are_seen_by(user)


def _set_bank_account(user: User, person: User) -> bool:
    """Finance pays to the account, and so does not set it."""
    return user.id == person.id or user.is_administrator


def _see_budgets(user: User, _company: Company) -> bool:
    """Who leads those of their people; who sees every claim, all."""
    return user.leads or user.sees(Noun.CLAIMS) is Scope.ALL


def _set_budgets(user: User, _budget: Any) -> bool:
    return user.is_administrator or user.has_role(Role.FINANCE)


def _decide(user: User, assignment: ApprovalAssignment) -> bool:
    return assignment.approver_id == user.id and assignment.request.claimant_id != user.id


def _delegate_for(user: User, person: User) -> bool:
    """Everybody says who decides for them while they are away; administrators for others."""
    return person.id == user.id or user.is_administrator


def _end_delegation(user: User, delegation: Delegation) -> bool:
    return _delegate_for(user, delegation.user)


def _comment_on_request(user: User, request: ApprovalRequest) -> bool:
    """Who handed it in, and who was asked."""
    asked = {each.approver_id for each in request.assignments if each.asked_at}
    return user.id in {request.claimant_id, *asked}


def _remind_of_request(user: User, request: ApprovalRequest) -> bool:
    return request.claimant_id == user.id


def _edit_view(user: User, view: SavedView) -> bool:
    return view.owner_id == user.id


def _delete_view(user: User, view: SavedView) -> bool:
    """An administrator clears away what stands above everybody's lists, its owner long gone."""
    shared = view.shared_with is not Sharing.NOBODY
    return _edit_view(user, view) or (user.is_administrator and shared)


def _export(noun: Noun) -> Callable[[User, Any], bool]:
    return lambda user, _kind: user.exports(noun)


def _administer(user: User, _record: Any) -> bool:
    return user.is_administrator


def _deactivate(user: User, leaver: User) -> bool:
    """Nobody shuts the door behind themselves."""
    return user.is_administrator and leaver.id != user.id


def sees(record: Any) -> bool:
    """Whether the current user may open ``record``, which another record names.

    Who sees a deal or a task knows by name what it is about; its page is a link only for those who
    find it. One question answers for all records of the kind that were read so far.
    """
    if not current_user.is_authenticated:
        return False
    model = type(record)
    known: dict[int, bool] = g.setdefault("seen", {}).setdefault(model, {})
    if record.id not in known:
        read = {each.id for each in cast(Iterable[Any], db.session) if type(each) is model}
        near = {record.id, *read} - known.keys()
        seen = model.visible_to(current_user).where(model.id.in_(near))
        known.update(dict.fromkeys(near, False))
        known.update(dict.fromkeys(db.session.scalars(seen.with_only_columns(model.id)), True))
    return known[record.id]


PREDICATES: dict[tuple[str, type], Callable[[Any, Any], bool]] = {
    ("create", Customer): _create_customer,
    ("edit", Customer): _edit_customer,
    ("work_with", Customer): _work_with_customer,
    ("add_files", Customer): _work_with_customer,
    ("claim", Customer): _claim_customer,
    ("release", Customer): _release_customer,
    ("take_back", Customer): _work_with_customer,
    ("give", Customer): _give_customer,
    ("merge", Customer): _merge_customer,
    ("undo", Merge): _undo_merge,
    ("oversee", Customer): _oversee_customers,
    ("edit", Contact): _edit_contact,
    ("edit", Activity): _edit_activity,
    ("correct", Activity): _correct_activity,
    ("restore", Activity): _restore_activity,
    ("edit", Attachment): _edit_file,
    ("create", Deal): _create_deal,
    ("edit", Deal): _edit_deal,
    ("add_files", Deal): _edit_deal,
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
    ("create", ExpenseClaim): _create_claim,
    ("edit", ExpenseClaim): _edit_claim,
    ("copy", ExpenseClaim): _edit_claim,
    ("pay", ExpenseClaim): _pay_claim,
    ("create", Advance): _create_claim,
    ("edit", Advance): _edit_claim,
    ("pay", Advance): _pay_claim,
    ("create", PaymentBatch): _pay_claims,
    ("see", PaymentBatch): _see_payments,
    ("close_books", Company): _see_payments,
    ("set_account_codes", Company): _see_payments,
    ("set_bank_account", User): _set_bank_account,
    ("export", PaymentBatch): _see_payments,
    ("decide", ApprovalAssignment): _decide,
    ("comment", ApprovalRequest): _comment_on_request,
    ("remind", ApprovalRequest): _remind_of_request,
    ("edit", Company): _administer,
    ("create", ExchangeRate): _administer,
    ("create", ExpenseRate): _administer,
    ("edit", ExpenseRate): _administer,
    ("edit", ExpenseRule): _administer,
    ("see_budgets", Company): _see_budgets,
    ("create", Budget): _set_budgets,
    ("edit", Budget): _set_budgets,
    ("edit", SavedView): _edit_view,
    ("delete", SavedView): _delete_view,
    ("export", Customer): _export(Noun.CUSTOMERS),
    ("export", Contact): _export(Noun.CUSTOMERS),
    ("export", Deal): _export(Noun.DEALS),
    ("export", Task): _export(Noun.TASKS),
    ("export", ExpenseClaim): _export(Noun.CLAIMS),
    ("export", ExpenseItem): _export(Noun.CLAIMS),
    ("create", User): _administer,
    ("edit", User): _administer,
    ("deactivate", User): _deactivate,
    ("create", Team): _administer,
    ("edit", Team): _administer,
    ("create", Pipeline): _administer,
    ("edit", Pipeline): _administer,
    ("create", ApprovalFlow): _administer,
    ("edit", ApprovalFlow): _administer,
    ("end", Delegation): _end_delegation,
    ("delegate_for", User): _delegate_for,
    ("edit", Option): _administer,
    ("create", CustomField): _administer,
    ("edit", CustomField): _administer,
    ("purge", Activity): _administer,
    ("import", ImportRun): _administer,
}
# What lies in the trash comes back by whoever may change it, and goes for good by administrators.
for _kind in (Customer, Contact, Deal, Task, ExpenseClaim):
    PREDICATES["restore", _kind] = PREDICATES["edit", _kind]
    PREDICATES["purge", _kind] = _administer
