"""Addresses of the resident's pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from diandan.web.resident import boards, checking, follow, front, menu, mine, order, sites

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.home, name="front"),
    path("propose", order.propose_now, name="propose"),
    path("order", order.order, name="order"),
    path("family", order.family, name="family_order"),
    path("site", sites.pick, name="site"),
    path("menu", menu.menu, name="menu"),
    path("menu/<uuid:item_id>", menu.item, name="menu_item"),
    path("r/<str:key>", follow.by_key, name="follow"),
    path("r/<str:key>/done", follow.done, name="order_done"),
    path("r/<str:key>/slip", follow.slip_by_key, name="follow_slip"),
    path("requests", mine.requests, name="my_requests"),
    path("requests/<uuid:request_id>", follow.own, name="my_request"),
    path("requests/<uuid:request_id>/slip", follow.slip_own, name="my_slip"),
    path("messages", mine.inbox, name="inbox"),
    path("standing", mine.standing, name="my_standing"),
    path("check", checking.check, name="check"),
    path("check/<str:number>/<str:code>", checking.check, name="check_certificate"),
    path("certificates/notice", checking.notice, name="certificate_notice"),
    path("credentials/status/<uuid:list_id>", checking.status_list, name="status_list"),
    path("credentials/issuers.json", checking.issuers, name="issuers"),
    path("boards/red", boards.red_board, name="red_board"),
    path("unmet", front.unmet, name="unmet"),
    path("privacy", RedirectView.as_view(url="/me/privacy-notice"), name="privacy_page"),
]
