"""Addresses of the volunteer's pages, under /v/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from diandan.web.volunteer import (
    arrive,
    bank,
    bank_give,
    bank_use,
    calendar,
    jobs,
    menu,
    offers,
    stand_in,
    talk,
    tasks,
    teams,
    today,
    turn,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("v", RedirectView.as_view(url="/v/")),
    path("v/", today.today, name="v_today"),
    path("v/bank", bank.bank, name="v_bank"),
    path("v/bank/use", bank_use.use, name="v_bank_use"),
    path("v/bank/group", bank.group, name="v_bank_group"),
    path("v/bank/relatives/end", bank.end, name="v_bank_end"),
    path("v/bank/<slug:what>", bank_give.give, name="v_bank_give"),
    path("v/offers", offers.offers, name="v_offers"),
    path("v/offers/<uuid:offer_id>", offers.offer, name="v_offer"),
    path("v/offers/<uuid:offer_id>/accept", offers.accept, name="v_accept"),
    path("v/offers/<uuid:offer_id>/stand-by", offers.stand_by, name="v_stand_by"),
    path("v/offers/<uuid:offer_id>/decline", offers.decline, name="v_decline"),
    path("v/jobs/<uuid:job_id>", jobs.job, name="v_job"),
    path("v/jobs/<uuid:job_id>/allocate", jobs.allocate, name="v_allocate"),
    path("v/jobs/<uuid:job_id>/give-up", jobs.give_up, name="v_give_up"),
    path("v/jobs/<uuid:job_id>/finish", jobs.finish, name="v_finish"),
    path("v/jobs/<uuid:job_id>/check-in", stand_in.check_in_for, name="v_check_in_for"),
    path("v/jobs/<uuid:job_id>/say", talk.say_for_job, name="v_job_say"),
    path("v/jobs/<uuid:job_id>/time", talk.agree_time, name="v_agree_time"),
    path("v/tasks/<uuid:task_id>/say", talk.say_for_task, name="v_task_say"),
    path("v/tasks", tasks.tasks, name="v_tasks"),
    path("v/tasks/<uuid:task_id>", tasks.task, name="v_task"),
    path("v/tasks/<uuid:task_id>/step", tasks.step, name="v_step"),
    path("v/tasks/<uuid:task_id>/incident", tasks.incident, name="v_incident"),
    path("v/history", tasks.history, name="v_history"),
    path("v/check-in", arrive.check_in, name="v_check_in"),
    path("v/site-code/<int:place_id>", arrive.show_code, name="v_site_code"),
    path("v/menu", menu.menu, name="v_menu"),
    path("v/menu/<uuid:item_id>/take", menu.take, name="v_take"),
    path("v/menu/takes/<uuid:take_id>/drop", menu.drop, name="v_drop"),
    path("v/calendar", calendar.calendar, name="v_calendar"),
    path("v/calendar/<slug:secret>.ics", calendar.feed, name="v_feed"),
    path("v/turn", turn.turn, name="v_turn"),
    path("v/teams/<uuid:team_id>/by-hand", turn.by_hand, name="v_by_hand"),
    path("v/teams", teams.teams, name="v_teams"),
    path("v/teams/<uuid:team_id>", teams.team, name="v_team"),
    path("v/teams/<uuid:team_id>/join", teams.join, name="v_join"),
    path("v/teams/<uuid:team_id>/leave", teams.leave, name="v_leave"),
]
