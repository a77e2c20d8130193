"""登录名: a name and password for staff, and the secret address of one's own calendar."""

from __future__ import annotations

import re
import secrets
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.people import queries
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Login, Person
from diandan.ground.people.policies import check_own_act
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

_NAME = re.compile(r"[a-z][a-z0-9_.-]{3,29}")


@transaction.atomic
def choose_login(*, login: Login, username: str, password: str, at: datetime, by: Actor) -> Login:
    """Give one's own account a name and a password, beside the phone code."""
    check_own_act(by, login.person)
    name = username.strip().lower()
    if not _NAME.fullmatch(name):
        raise Refusal(
            "wrong_username",
            _("登录名用 4 到 30 个小写字母、数字,以字母开头,例如 wangfang01。"),
            field="username",
        )
    row = Login.objects.select_for_update().get(id=login.id)
    if Login.objects.filter(username__iexact=name).exclude(id=row.id).exists():
        raise conflict("username_taken", _("这个登录名已有人用,请换一个。"))
    row.username = name
    try:
        validate_password(password, row)
    except ValidationError as error:
        raise Refusal("weak_password", " ".join(error.messages), field="password") from error
    row.set_password(password)
    row.save(update_fields=["username", "password"])
    announce(Fact("people.login_chosen", at, by_id=by.person_id, person_id=row.person_id))
    return row


@transaction.atomic
def reset_calendar(*, person: Person, at: datetime, by: Actor) -> str:
    """A new secret key for her calendar feed; links with the old one stop working."""
    check_own_act(by, person)
    row = queries.for_change(person.id)
    row.calendar_key = secrets.token_urlsafe(24)
    row.save(update_fields=["calendar_key"])
    announce(Fact("people.calendar_reset", at, by_id=by.person_id, person_id=row.id))
    return row.calendar_key
