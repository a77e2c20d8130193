"""推演: ask for a month to be lived through under other policies, or call it off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.engine.whatif import ORACLE, POLICIES
from diandan.ground.people.actor import Actor
from diandan.ground.places.models import Place
from diandan.kit.refusal import Refusal, conflict, missing
from diandan.path.bundle.models import Job

from ..models import MonthTrial
from ..policies import check_try_month

DAYS_MAX, SEEDS_MAX = 92, 10
USUAL_DAYS, USUAL_SEEDS = 30, 3


@transaction.atomic
def ask_month(
    centre: Place,
    since: datetime,
    until: datetime,
    policies: Sequence[str],
    seeds: int,
    *,
    by: Actor,
    at: datetime,
) -> MonthTrial:
    """The worker has it done slice by slice; one open trial a centre."""
    check_try_month(by, centre)
    _check_window(since, until, at)
    chosen = [name for name in (*POLICIES, ORACLE) if name in set(policies)]
    if not set(chosen) - {ORACLE} or len(chosen) != len(set(policies)):
        raise Refusal("no_policy", _("请至少选一种派法。"), field="policies")
    if not 1 <= seeds <= SEEDS_MAX:
        raise Refusal(
            "bad_seeds", _("重演 1 到 %(most)d 遍。") % {"most": SEEDS_MAX}, field="seeds"
        )
    if not Job.objects.filter(centre=centre, made_at__gte=since, made_at__lt=until).exists():
        raise Refusal("no_jobs", _("这段日子没有服务单,没有可推演的。"), field="since")
    # The centre's row is locked: two clerks may ask at once.
    Place.objects.select_for_update().filter(id=centre.id).values_list("id").first()
    if MonthTrial.objects.filter(centre=centre, state=MonthTrial.State.ASKED).exists():
        raise conflict("trial_running", _("已有一次推演正在算,请等它算完或先停下。"))
    assert by.person_id is not None
    return MonthTrial.objects.create(
        centre=centre,
        since=since,
        until=until,
        policies=chosen,
        seeds=seeds,
        asked_by_id=by.person_id,
        asked_at=at,
    )


@transaction.atomic
def stop_month(centre: Place, trial_id: UUID, *, by: Actor, at: datetime) -> MonthTrial:
    """停下: what was found so far stays to be read, the rest is not worked out."""
    check_try_month(by, centre)
    row = MonthTrial.objects.select_for_update().filter(centre=centre, id=trial_id).first()
    if row is None:
        raise missing(_("没有找到这次推演。"))
    if row.state != MonthTrial.State.ASKED:
        raise conflict("trial_over", _("这次推演已经结束。"))
    row.state, row.done_at, row.lines = MonthTrial.State.STOPPED, at, []
    row.save(update_fields=["state", "done_at", "lines"])
    return row


def _check_window(since: datetime, until: datetime, at: datetime) -> None:
    if since >= until:
        raise Refusal("bad_window", _("起始日要在截止日之前。"), field="since")
    if until > at + timedelta(days=1):
        raise Refusal("bad_window", _("只能推演已经过去的日子。"), field="until")
    if until - since > timedelta(days=DAYS_MAX):
        raise Refusal("bad_window", _("一次最多推演 %(n)d 天。") % {"n": DAYS_MAX}, field="since")
