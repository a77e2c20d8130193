"""计划: what a unit means to do in a year: its mechanism, its activities, its steps, each done or not.

The door has checked that `by_id` may; a plan is the unit's own word, nobody reviews it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.places.models import Place, PlanStep
from diandan.ground.record.actions.announce import announce
from diandan.kit.fact import Fact
from diandan.kit.refusal import Refusal, conflict, missing

TITLE_MAX, NOTE_MAX = 80, 300
STEPS_MAX = 200
YEARS = range(2018, 2100)  # the first centres were named in 2018


@dataclass(frozen=True, slots=True)
class StepWords:
    """What is written of one step."""

    sort: str
    title: str
    due_on: date | None = None
    note: str = ""


@transaction.atomic
def plan_step(
    place: Place, year: int, words: StepWords, *, at: datetime, by_id: UUID | None = None
) -> PlanStep:
    """Write one more step into the year's plan."""
    # The place's row is the lock: two clerks writing at once neither pass the limit nor collide.
    Place.objects.select_for_update().get(id=place.id)
    if year not in YEARS:
        raise Refusal("wrong_year", _("年份不对。"), field="year")
    clean = _checked(words, year)
    beside = PlanStep.objects.filter(place=place, year=year)
    _check_title(beside.filter(title=clean.title).exists(), clean.title)
    if beside.count() >= STEPS_MAX:
        raise conflict("plan_full", _("一年的计划最多 %(n)d 条。") % {"n": STEPS_MAX})
    step = PlanStep.objects.create(
        place=place,
        year=year,
        sort=clean.sort,
        title=clean.title,
        due_on=clean.due_on,
        note=clean.note,
    )
    announce(_fact("places.plan_written", step, at, by_id))
    return step


@transaction.atomic
def edit(step_id: UUID, words: StepWords, *, at: datetime, by_id: UUID | None = None) -> PlanStep:
    """Write the step anew; whether it is done stays."""
    step = _for_change(step_id)
    clean = _checked(words, step.year)
    beside = PlanStep.objects.filter(place=step.place_id, year=step.year).exclude(id=step.id)
    _check_title(beside.filter(title=clean.title).exists(), clean.title)
    step.sort, step.title, step.due_on, step.note = (
        clean.sort,
        clean.title,
        clean.due_on,
        clean.note,
    )
    step.save()
    announce(_fact("places.plan_changed", step, at, by_id))
    return step


@transaction.atomic
def mark_done(step_id: UUID, *, at: datetime, by_id: UUID | None = None) -> PlanStep:
    """It is done; said twice, the first time counts."""
    step = _for_change(step_id)
    if step.done_at is None:
        step.done_at, step.done_by_id = at, by_id
        step.save(update_fields=["done_at", "done_by_id"])
        announce(_fact("places.plan_done", step, at, by_id))
    return step


@transaction.atomic
def mark_undone(step_id: UUID, *, at: datetime, by_id: UUID | None = None) -> PlanStep:
    """It was marked by mistake: open again."""
    step = _for_change(step_id)
    if step.done_at is not None:
        step.done_at = step.done_by_id = None
        step.save(update_fields=["done_at", "done_by_id"])
        announce(_fact("places.plan_undone", step, at, by_id))
    return step


@transaction.atomic
def drop_step(step_id: UUID, *, at: datetime, by_id: UUID | None = None) -> None:
    """Take a step out of the plan. What is done stays: first say that it is not."""
    step = _for_change(step_id)
    if step.done_at is not None:
        raise conflict("done_before", _("已完成的不能删掉;如果标错了,请先改回未完成。"))
    announce(_fact("places.plan_dropped", step, at, by_id))
    step.delete()


def _for_change(step_id: UUID) -> PlanStep:
    step = PlanStep.objects.select_for_update().filter(id=step_id).first()
    if step is None:
        raise missing(_("没有找到这条计划,可能已被删掉。"), "unknown_step")
    return step


def _check_title(is_taken: bool, title: str) -> None:
    if is_taken:
        sentence = _("这一年的计划里已有“%(title)s”。") % {"title": title}
        raise Refusal("planned_before", sentence, field="title")


def _checked(words: StepWords, year: int) -> StepWords:
    title, note = " ".join(words.title.split()), " ".join(words.note.split())
    if words.sort not in PlanStep.Sort.values:
        raise Refusal("unknown_sort", _("请选择是机制、活动计划还是推进步骤。"), field="sort")
    if not title:
        raise Refusal("title_missing", _("请写明要做什么。"), field="title")
    for field, said, most in (("title", title, TITLE_MAX), ("note", note, NOTE_MAX)):
        if len(said) > most:
            raise Refusal("too_long", _("最多 %(n)d 个字") % {"n": most}, field=field)
    if words.due_on is not None and words.due_on.year != year:
        sentence = _("完成期限要在 %(year)d 年内。") % {"year": year}
        raise Refusal("other_year", sentence, field="due_on")
    return StepWords(words.sort, title, words.due_on, note)


def _fact(kind: str, step: PlanStep, at: datetime, by_id: UUID | None) -> Fact:
    data = {"step": str(step.id), "year": step.year, "sort": step.sort}
    return Fact(kind, at, place_id=step.place_id, by_id=by_id, data=data)
