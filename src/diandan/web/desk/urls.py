"""工作台的地址."""

from __future__ import annotations

from django.urls import path, re_path

from . import (
    dispatching,
    items,
    jobs,
    lists,
    mapping,
    merge,
    pick,
    proxy,
    requests,
    standing,
    visits,
    whistles,
)

FORM = "(?P<form>xlsx|csv)"
urlpatterns = [
    path("", lists.home, name="desk"),
    path("q/<slug:key>/", lists.queue, name="desk_queue"),
    path("q/<slug:key>/table", lists.table, name="desk_table"),
    path("q/<slug:key>/bulk", lists.bulk, name="desk_bulk"),
    re_path(rf"^q/(?P<key>[a-z]+)/export\.{FORM}$", lists.export, name="desk_export"),
    path("requests/<uuid:request_id>/", requests.show, name="desk_request"),
    path("requests/<uuid:request_id>/do/<slug:verb>", requests.do, name="desk_request_do"),
    path("requests/<uuid:request_id>/say", requests.say, name="desk_say"),
    path("requests/<uuid:request_id>/kind", requests.rekind, name="desk_rekind"),
    path("requests/<uuid:request_id>/reveal", requests.reveal, name="desk_reveal"),
    path("requests/<uuid:request_id>/words", requests.read_words, name="desk_words"),
    path("requests/<uuid:request_id>/whistle", requests.whistle, name="desk_whistle"),
    path("requests/<uuid:request_id>/call", requests.call, name="desk_call"),
    path(
        "requests/<uuid:request_id>/follow-ups/<uuid:follow_up_id>",
        requests.settle_follow_up,
        name="desk_follow_up",
    ),
    path("requests/<uuid:request_id>/slip", proxy.slip, name="desk_slip"),
    path("whistles/<uuid:whistle_id>", whistles.answer_whistle, name="desk_answer_whistle"),
    path("jobs/<uuid:job_id>/", jobs.show, name="desk_job"),
    path("jobs/<uuid:job_id>/do/<slug:verb>", jobs.do, name="desk_job_do"),
    path("jobs/<uuid:job_id>/split/<uuid:request_id>", jobs.split, name="desk_split"),
    path("jobs/<uuid:job_id>/map.json", mapping.job_map, name="desk_job_map"),
    path("jobs/<uuid:job_id>/paper", jobs.paper, name="desk_paper"),
    path(
        "jobs/<uuid:job_id>/incidents/<uuid:incident_id>",
        jobs.settle_incident,
        name="desk_incident",
    ),
    path("merge/", merge.merge, name="desk_merge"),
    path("dispatch/", dispatching.board, name="desk_dispatch"),
    path("dispatch/fresh", dispatching.fresh, name="desk_dispatch_fresh"),
    path("new/", proxy.new, name="desk_new"),
    path("new/kinds", proxy.suggest, name="desk_new_kinds"),
    path("new/find", proxy.look_up, name="desk_new_find"),
    *(path(f"find/{w}", pick.find, {"what": w}, name=f"desk_find_{w}") for w in pick.ASKS),
    path("new/<uuid:request_id>/", proxy.done, name="desk_new_done"),
    path("visits/", visits.plans, name="desk_visits"),
    path("visits/new", visits.new, name="desk_visit_new"),
    path("visits/<uuid:plan_id>/", visits.plan, name="desk_visit_plan"),
    path("visits/<uuid:plan_id>/close", visits.close, name="desk_visit_close"),
    path("visits/<uuid:plan_id>/<uuid:visit_id>", visits.note, name="desk_visit_note"),
    re_path(
        rf"^visits/(?P<plan_id>[0-9a-f-]{{36}})/export\.{FORM}$",
        visits.export,
        name="desk_visit_export",
    ),
    path("standing/", standing.standings, name="desk_standing"),
    path("standing/new", standing.new, name="desk_standing_new"),
    path("standing/<uuid:standing_id>/end", standing.end, name="desk_standing_end"),
    re_path(rf"^standing/export\.{FORM}$", standing.export, name="desk_standing_export"),
    path("items/", items.items, name="desk_items"),
    path("items/<uuid:item_id>", items.judge, name="desk_item"),
]
