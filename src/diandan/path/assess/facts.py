"""审单: the facts of reviews, whistles and hotline cases, and the one place that builds them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from diandan.ground.people.actor import Actor
from diandan.kit.fact import Fact

from .models import HotlineCase, Partner, Review, Whistle


def review_fact(row: Review, by: Actor) -> Fact:
    """A level said yes or sent it back. The reason may be private and stays in the row."""
    is_job = row.subject == Review.Subject.JOB
    return Fact(
        kind=f"review.{row.verdict}",
        at=row.at,
        place_id=row.place_id,
        by_id=by.person_id,
        job_id=row.subject_id if is_job else None,
        data={
            "subject": row.subject,
            "id": str(row.subject_id),
            "level": row.level,
            "review": str(row.id),
        },
    )


def whistle_fact(row: Whistle, happened: str, by: Actor, at: datetime) -> Fact:
    """A unit was asked, was reminded, or answered. It counts at the unit that was asked."""
    return Fact(
        kind=f"whistle.{happened}",
        at=at,
        place_id=row.unit_id,
        by_id=by.person_id,
        person_id=row.asked_by_id,
        request_id=row.request_id,
        data={"whistle": str(row.id), "due_at": row.due_at.isoformat()},
    )


def hotline_fact(row: HotlineCase, happened: str, by: Actor, at: datetime, **data: Any) -> Fact:
    """A case was queued, sent, could not be sent, came back, came in, or its end was reported."""
    if by.partner_id is not None:
        data = {"partner": str(by.partner_id), **data}
    return Fact(
        kind=f"hotline.{happened}",
        at=at,
        place_id=row.request.place_id,
        by_id=by.person_id,
        person_id=row.request.requester_id,
        request_id=row.request_id,
        data={"case": str(row.id), **data},
    )


def partner_fact(row: Partner, happened: str, by: Actor, at: datetime) -> Fact:
    """An outside system was given a key, or lost it."""
    return Fact(
        kind=f"partner.{happened}",
        at=at,
        place_id=row.centre_id,
        by_id=by.person_id,
        data={"partner": str(row.id)},
    )
