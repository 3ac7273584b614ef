"""The forms around signing in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, StringField, ValidationError
from wtforms.validators import Email, Length, Optional

from crm.forms.base import BaseForm
from crm.forms.fields import Required, name_field
from crm.models import Role, User
from crm.models.passwords import LONGEST, SHORTEST, WeakPassword, check_strength, verify
from crm.models.user import is_username

AUTOCOMPLETE_USERNAME = {"autocomplete": "username", "autocapitalize": "none"}
AUTOCOMPLETE_NEW = {"autocomplete": "new-password"}


def explain(weakness: WeakPassword) -> str:
    """Why a password was refused, and what a good one is like."""
    return {
        "length": _("Use %(least)s to %(most)s characters.", least=SHORTEST, most=LONGEST),
        "common": _("Many people use this one, so it is tried first. Use several words instead."),
        "name": _("It must not contain your name."),
    }[weakness.reason]


class SignInForm(BaseForm):
    login = StringField(_l("User name or e-mail"), validators=[Required(), Length(max=254)],
                        render_kw=AUTOCOMPLETE_USERNAME)  # fmt: skip
    password = PasswordField(_l("Password"), validators=[Required(), Length(max=LONGEST)],
                             render_kw={"autocomplete": "current-password"})  # fmt: skip
    trust = BooleanField(_l("Trust this device: approve larger amounts from mails on it"))
    next = HiddenField()

    user: User | None = None

    def validate_password(self, field: PasswordField) -> None:
        user = User.by_login(self.login.data or "")
        # The same work and the same answer, whether the user exists, is deactivated, or neither.
        fits = verify(user.password_hash if user else None, field.data or "")
        if user is None or not fits or not user.is_active:
            raise ValidationError(_("User name and password do not match."))
        user.check_password(field.data)
        self.user = user


class PasswordForm(BaseForm):
    password = PasswordField(_l("New password"), validators=[Required()],
                             render_kw=AUTOCOMPLETE_NEW)  # fmt: skip
    again = PasswordField(_l("Repeat the password"), validators=[Required()],
                          render_kw=AUTOCOMPLETE_NEW)  # fmt: skip

    user: Any = None

    def validate_password(self, field: PasswordField) -> None:
        names = (self.user.username, self.user.name) if self.user else ()
        try:
            check_strength(field.data or "", *names)
        except WeakPassword as weakness:
            raise ValidationError(explain(weakness)) from weakness

    def validate_again(self, field: PasswordField) -> None:
        if field.data != self.password.data:
            raise ValidationError(_("The two passwords are not the same."))

    def set_password(self) -> None:
        """Give the user the new password."""
        self.user.set_password(self.password.data)


class ChangePasswordForm(PasswordForm):
    current = PasswordField(_l("Current password"), validators=[Required()],
                            render_kw={"autocomplete": "current-password"})  # fmt: skip

    def validate_current(self, field: PasswordField) -> None:
        if not self.user.check_password(field.data or ""):
            raise ValidationError(_("This is not your password."))


class SetupForm(PasswordForm):
    name = name_field(_l("Your name"))
    username = StringField(_l("User name"), validators=[Required(), Length(min=2, max=80)],
                           render_kw=AUTOCOMPLETE_USERNAME)  # fmt: skip
    email = StringField(_l("E-mail"), validators=[Optional(), Email(), Length(max=254)])

    def validate_username(self, field: StringField) -> None:
        if not is_username(field.data or ""):
            raise ValidationError(_("Use small letters, digits and dots."))
        if User.by_login(field.data or ""):
            raise ValidationError(_("This name is taken."))

    def make_administrator(self) -> User:
        """The first user, with every right, signed in with the password typed."""
        self.user = User.join(
            self.name.data, roles={Role.ADMINISTRATOR}, username=self.username.data,
            email=(self.email.data or "").lower() or None,
        )  # fmt: skip
        self.set_password()
        return self.user
