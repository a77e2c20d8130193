"""值班·巡回: a leader writes when her team is where; whoever lives there can see it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diandan.ground.people.actor import Actor
from diandan.ground.people.models import Team
from diandan.ground.people.policies import check_run_team
from diandan.ground.places.models import Place
from diandan.ground.places.queries import center_of
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict

from ..models import TeamDay

LONGEST = timedelta(hours=24)
AHEAD_MOST = timedelta(days=400)


def add_day(
    team: Team,
    place: Place,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
    *,
    by: Actor,
    at: datetime,
) -> TeamDay:
    """The team will be there then. A stationed team keeps to its own venue.

    Raises Refusal `times` for an end before the start, a past or a far day, `elsewhere` when a
    stationed team names another place or it lies outside the centre, `two_places` when the team
    is somewhere else at that time.
    """
    check_run_team(by, team)
    if ends_at <= starts_at or ends_at - starts_at > LONGEST:
        raise Refusal("times", _("结束时间要晚于开始时间,一次不超过一天。"), field="ends_at")
    if ends_at <= at or starts_at > at + AHEAD_MOST:
        raise Refusal("times", _("请写今天以后、一年以内的时间。"), field="starts_at")
    if team.mode == Team.Mode.STATIONED and place.id != team.home_id:
        raise Refusal(
            "elsewhere", _("常驻队在驻地值班;要去别处,请先把队伍改为流动队。"), field="place"
        )
    if center_of(place).id != center_of(team.home).id:
        raise Refusal("elsewhere", _("这个地方不在本中心。"), field="place")
    try:
        with transaction.atomic():
            row = TeamDay.objects.create(
                team=team,
                place=place,
                starts_at=starts_at,
                ends_at=ends_at,
                note=" ".join(note.split())[:80],
                made_by_id=by.person_id,
                made_at=at,
            )
            announce(_fact("posts.day_added", row, by, at))
    except IntegrityError:
        raise conflict("two_places", _("这支队伍那个时间已经另有安排。")) from None
    return row


@transaction.atomic
def drop_day(row: TeamDay, *, by: Actor, at: datetime) -> None:
    """It will not be there after all; said twice, the first time counts."""
    check_run_team(by, row.team)
    if row.dropped_at is None:
        row.dropped_at = at
        row.save(update_fields=["dropped_at"])
        announce(_fact("posts.day_dropped", row, by, at))


def _fact(kind: str, row: TeamDay, by: Actor, at: datetime) -> Fact:
    return Fact(
        kind,
        at,
        place_id=row.place_id,
        by_id=by.person_id,
        team_id=row.team_id,
        data={"day": str(row.id)},
    )
