"""事后查: each job one winner, and it is the one who was told so."""

from __future__ import annotations

from typing import Any

from diandan.ground.record.models import FactFailed
from diandan.path.dispatch.models import Offer
from diandan.path.engage.models import Engagement

from .crowd import Heard


def verdict(heard: Heard) -> dict[str, Any]:
    """What stands in the database, and `wrong`: what does not hold, in words."""
    wrong = [f"记录 {f.fact_id} 的 {f.handler} 没有做成" for f in FactFailed.objects.all()[:5]]
    kept: dict[str, list[str]] = {}
    rows = Engagement.objects.filter(ended_at=None).values_list("job_id", "team_id")
    for job_id, team_id in rows:
        kept.setdefault(str(job_id), []).append(str(team_id))
    for job in heard.yes.keys() | heard.told_no.keys() | kept.keys():
        # Her deputies hear yes too: the team has it, whoever of it was first.
        told, stands = set(heard.yes.get(job, [])), kept.get(job, [])
        if len(stands) != 1 or told != set(stands):
            wrong.append(f"{job}:回答过 {sorted(told)},库里是 {stands}")
    accepted = Offer.objects.filter(state=Offer.State.ACCEPTED).count()
    if accepted != len(kept):
        wrong.append(f"{accepted} 份已接的邀约,{len(kept)} 张接了的单")
    return {
        "living_engagements": sum(map(len, kept.values())),
        "accepted_offers": accepted,
        "wrong": wrong[:20],
    }
