"""Addresses of the account pages: /me/… for everybody, /accounts/… for staff sign-in."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from diandan.web.accounts import keys, merging, privacy, profile, sign_in, staff, volunteering

urlpatterns: list[URLPattern | URLResolver] = [
    path("login", RedirectView.as_view(url="/me/sign-in", query_string=True)),
    path("elder", profile.elder, name="elder"),
    path("me", RedirectView.as_view(url="/me/")),
    path("me/", profile.mine, name="mine"),
    path("me/sign-in", sign_in.sign_in, name="sign_in"),
    path("me/sign-out", sign_in.sign_out, name="sign_out"),
    path("me/profile", profile.profile, name="profile"),
    path("me/home", profile.home, name="my_home"),
    path("me/notices", profile.notices, name="my_notices"),
    path("me/keys", keys.keys, name="my_keys"),
    path("me/keys/<uuid:token_id>/revoke", keys.revoke, name="revoke_key"),
    path("me/volunteer", volunteering.enrol, name="enrol"),
    path("me/guardian", volunteering.guardian, name="guardian"),
    path("me/on-duty", volunteering.on_duty, name="on_duty"),
    path("me/teams", volunteering.my_teams, name="my_teams"),
    path("me/teams/<uuid:team_id>/join", volunteering.join, name="join_team"),
    path("me/teams/<uuid:team_id>/leave", volunteering.leave, name="leave_team"),
    path("me/invitations/<uuid:invitation_id>", volunteering.answer, name="answer_invitation"),
    path("me/calendar", volunteering.calendar, name="reset_calendar"),
    path("me/privacy-notice", privacy.notice, name="privacy_notice"),
    path("me/privacy", privacy.mine, name="privacy"),
    path("me/privacy/give", privacy.give, name="give_consent"),
    path("me/privacy/<uuid:consent_id>/withdraw", privacy.withdraw, name="withdraw_consent"),
    path("me/export", privacy.export, name="export_own"),
    path("me/not-me", privacy.not_me, name="not_me"),
    path("me/merge", merging.merging, name="merging"),
    path("me/merge/phone", merging.by_phone, name="merge_by_phone"),
    path("me/merge/<uuid:merge_case_id>", merging.answer, name="answer_merge"),
    path("me/forget", privacy.forget_me, name="forget_me"),
    path("me/forget/stop", privacy.keep_me, name="keep_me"),
    path("me/password", staff.password, name="staff_password"),
    path("me/demo", staff.demo, name="demo_people"),
    path("desk/codes", staff.code_slip, name="code_slip"),
    path("desk/people/<uuid:person_id>/thaw", staff.thaw, name="thaw"),
    # The library's pages that this house uses; sign-up and e-mail have none.
    path("accounts/login/", staff.StaffSignIn.as_view(), name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/inactive/", account.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]
