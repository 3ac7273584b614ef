"""The forms about users: inviting somebody, changing what the firm decides, changing oneself."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from wtforms import StringField, ValidationError
from wtforms.fields.choices import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import Email, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crm.extensions import LANGUAGES
from crm.folding import fold
from crm.forms.base import BaseForm
from crm.forms.fields import MoneyField, RecordField, Required, known_timezone, name_field, text
from crm.forms.picker import PickerField
from crm.models import Role, Team, User, UserSession
from crm.models.user import is_username
from crm.wording import WORDS

THEMES = ("auto", "light", "dark")
NO_KEYBOARD_HELP = {"autocapitalize": "none", "autocomplete": "off"}


class RolesField(SelectMultipleField):
    """One or more roles, as boxes to tick; the data is a set."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        choices = [SelectChoice(role.value, WORDS[Role][role]) for role in Role]
        super().__init__(label, choices=choices, coerce=Role, **kwargs)

    def process_data(self, value: Any) -> None:
        self.data = set(value or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        self.data = set(self.data or ())

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if not self.data and not self.process_errors:
            raise ValidationError(_("Tick at least one."))


def language_field(empty: str) -> SelectField:
    """A language, or none."""
    languages = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
    return SelectField(
        _l("Language"), choices=[SelectChoice("", empty), *languages],
        coerce=lambda value: value or None,
    )  # fmt: skip


class PersonForm(BaseForm):
    """What inviting and changing have in common."""

    name = name_field()
    email = text(_l("E-mail"), 254, validators=[Optional(), Email()], render_kw={"type": "email"})
    roles = RolesField(_l("Roles"))

    user: User | None = None

    def validate_email(self, field: StringField) -> None:
        field.data = field.data.lower() if field.data else None
        self._check_free(field)

    def _check_free(self, field: StringField) -> None:
        holder = User.by_login(field.data) if field.data else None
        if holder is not None and holder is not self.user:
            raise ValidationError(_("%(name)s has this already.", name=holder.name))


class InviteForm(PersonForm):
    team = text(_l("Team"), 200, description=_l("A new name makes a new team."))

    def join(self, *, by: User) -> User:
        """The new user that was typed."""
        team = Team.called(self.team.data, by=by) if self.team.data else None
        user = User.join(
            self.name.data, roles=self.roles.data, email=self.email.data, team=team
        )  # fmt: skip
        if team is not None and team.head is None and Role.MANAGER in self.roles.data:
            team.head = user
        user.note_joined(by=by)
        return user


class UserForm(PersonForm):
    username = text(_l("User name"), 80, validators=[Required()], render_kw=NO_KEYBOARD_HELP)
    team = RecordField(_l("Team"), empty=_l("No team"))
    manager = PickerField(
        lazy_pgettext("user", "Manager"), "user", description=_l("Empty: the team's head")
    )
    approval_limit = MoneyField(
        _l("Approval limit"), in_base=True, validators=[Optional()],
        description=_l("Above it, flows that climb go on to their superior. Empty: any amount"),
    )  # fmt: skip
    language = language_field(_l("As the browser asks"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = kwargs["obj"]
        self.email.description = _("With a new address, a link that went to the old one ends.")
        self.team.offer(Team.in_order())

    def validate_username(self, field: StringField) -> None:
        field.data = (field.data or "").lower()
        if not is_username(field.data):
            raise ValidationError(_("Use small letters, digits and dots."))
        self._check_free(field)

    def validate_roles(self, field: RolesField) -> None:
        if Role.ADMINISTRATOR not in field.data and self.user and self.user.is_last_administrator:
            raise ValidationError(_("Nobody else is an administrator: make somebody one first."))

    def validate_manager(self, field: PickerField) -> None:
        above, seen = field.data, set()
        while above is not None and above.id not in seen:
            if above is self.user:
                raise ValidationError(_("This would make a circle of managers."))
            seen.add(above.id)
            above = above.manager

    def fill(self, user: User, *, by: User) -> User:
        """Give ``user`` what was typed; new roles end the sessions that were begun with the old."""
        self.plain_fields(
            user, "name", "username", "email", "team", "manager", "approval_limit", "language"
        )
        user.note_changes(by=by)
        if user.roles != self.roles.data:
            user.give_roles(self.roles.data, by=by)
            UserSession.end_all_of(user)
        return user


class ProfileForm(BaseForm):
    """What everybody decides for themselves."""

    name = name_field(_l("Name shown"))
    language = language_field(_l("As the browser asks"))
    timezone = text(
        _l("Time zone"), 60, description=_l("Empty: the company's. For example Europe/Berlin.")
    )
    theme = SelectField(_l("Colours"), choices=[
        SelectChoice("auto", _l("Of the device")), SelectChoice("light", _l("Light")),
        SelectChoice("dark", _l("Dark")),
    ])  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = kwargs["obj"]

    def validate_name(self, field: StringField) -> None:
        """Two who are called the same may work here, but nobody takes a colleague's name alone."""
        called = fold(field.data)
        if called != fold(self.user.name) and called in map(fold, User.names_in_use()):
            raise ValidationError(
                _("A colleague is called that. If you are too, an administrator can write it.")
            )

    def validate_timezone(self, field: StringField) -> None:
        if field.data:
            known_timezone(self, field)

    def fill(self, user: User) -> User:
        """Give ``user`` what was typed."""
        self.plain_fields(user, "name", "language", "timezone", "theme")
        return user
