"""联系方式: where a person is reached by a channel other than her phone, and which she prefers."""

from __future__ import annotations

from datetime import datetime, time

from django.db import transaction

from diandan.ground.people import vault
from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Person
from diandan.ground.people.policies import check_own_act

from ..models import Address


@transaction.atomic
def keep_address(*, person: Person, channel: str, address: str, by: Actor, at: datetime) -> None:
    """Keep (or, when empty, drop) her openid, e-mail or the like, sealed with her own key."""
    check_own_act(by, person)
    if not address:
        Address.objects.filter(person=person, channel=channel).delete()
        return
    Address.objects.update_or_create(
        person=person,
        channel=channel,
        defaults={"sealed": vault.seal(person.wrapped_key, address), "since": at},
    )


@transaction.atomic
def choose_channel(
    *,
    person: Person,
    channel: str,
    digest: bool,
    quiet_from: time | None,
    quiet_until: time | None,
    by: Actor,
) -> None:
    """Her own choice of how and when she is told; nobody makes it for her."""
    check_own_act(by, person)
    person.channel, person.digest = channel[:20], digest
    person.quiet_from, person.quiet_until = quiet_from, quiet_until
    person.save(update_fields=["channel", "digest", "quiet_from", "quiet_until"])
