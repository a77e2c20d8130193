"""Who may come to which address: one line for each, or the matrix fails.

`see` may GET it in her own street and gets it; `do` may POST it there (how far she then gets is
the flow's business); everybody else is refused. `far` says what the same call about another
street meets: "no" (refused, and nothing changes), "open" (public, or hers to ask anywhere) or
"key" (whoever holds the secret address).
"""

from __future__ import annotations

from dataclasses import dataclass

from diandan.ground.people.models import Role

Who = frozenset[str]
ROLES: Who = frozenset(r.value for r in Role)
SIGNED: Who = ROLES | {"resident", "volunteer", "leader"}
ALL: Who = SIGNED | {"anonymous"}
NONE: Who = frozenset()
STAFF: Who = ROLES - {"expert", "auditor"}  # actor.STAFF_ROLES
SEERS: Who = ROLES - {"expert"}  # an expert sees only what was served
RELAYS: Who = STAFF - {"admin", "mediator"}
CALLERS: Who = frozenset({"callback_staff", "center_staff", "institute_staff", "station_staff"})
DESK: Who = STAFF - {"mediator"}
OFFICERS: Who = frozenset({"station_staff", "institute_staff", "center_staff"})
MENU: Who = frozenset({"station_staff", "institute_staff", "center_staff", "dispatcher", "admin"})
ADMIN: Who = frozenset({"admin"})
KEEPERS: Who = frozenset({"station_staff", "institute_staff", "center_staff", "admin"})
HERS: Who = frozenset({"resident"})
MEMBERS: Who = frozenset({"volunteer", "leader"})
LEADER: Who = frozenset({"leader"})
SITE: Who = STAFF | LEADER


@dataclass(frozen=True)
class Rule:
    """What an address allows."""

    see: Who | None = None  # None: GET is not offered
    do: Who | None = None  # None: POST is not offered
    far: str = "no"


def _many(names: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


RULES: dict[str, Rule] = {
    # open to everybody
    **_many(
        "front menu sites api_docs site_poster unmet privacy_page site site_page",
        Rule(ALL, ALL, "open"),
    ),
    **_many("menu_item health", Rule(ALL, None, "open")),
    **_many("order sign_in set_language site_join", Rule(ALL, ALL, "open")),
    **_many("elder propose", Rule(None, ALL, "open")),
    **_many("follow follow_slip order_done", Rule(ALL, ALL, "key")),
    **_many("v_feed", Rule(ALL, None, "key")),
    **_many("site_application", Rule(ALL, ALL, "key")),
    **_many("privacy_notice", Rule(ALL, ALL, "open")),
    **_many("demo_people api_nowhere", Rule(NONE, NONE, "open")),
    # one's own record
    **_many(
        "enrol export_own family_order forget_me guardian inbox mine my_home my_notices my_requests"
        " my_standing my_teams not_me privacy profile staff_password v_calendar v_check_in"
        " v_history v_menu v_offers v_tasks v_teams v_today v_turn",
        Rule(SIGNED, SIGNED),
    ),
    **_many("my_keys", Rule(SIGNED, SIGNED)),
    **_many("v_bank v_bank_use", Rule(SIGNED, SIGNED)),
    **_many("v_bank_give", Rule(SIGNED, SIGNED, "open")),  # a form's name is nobody's
    **_many("v_bank_group v_bank_end", Rule(None, SIGNED)),
    **_many("merging", Rule(SIGNED, None)),
    **_many("merge_by_phone", Rule(None, SIGNED)),
    **_many("answer_merge", Rule(None, frozenset({"volunteer"}))),
    **_many("v_conduct v_conduct_notice", Rule(SIGNED, None)),
    **_many("v_conduct_appeal v_conduct_consent", Rule(None, SIGNED)),
    **_many("red_board", Rule(ALL, None, "open")),
    **_many("revoke_key", Rule(None, ADMIN)),  # the street's one key is its administrator's
    **_many("give_consent keep_me on_duty reset_calendar", Rule(None, SIGNED)),
    **_many("sign_out", Rule(None, ALL, "open")),
    **_many("v_team", Rule(SIGNED, None, "open")),
    **_many("join_team v_join v_take", Rule(None, SIGNED, "open")),
    **_many("leave_team v_leave", Rule(None, MEMBERS)),
    **_many("answer_invitation withdraw_consent", Rule(None, HERS)),
    **_many("my_request", Rule(HERS, HERS)),
    **_many("my_slip", Rule(HERS, None)),
    # teams and volunteers
    **_many("v_offer", Rule(MEMBERS, None)),
    **_many("v_ask", Rule(frozenset({"volunteer"}), None)),
    **_many("v_ask_decline", Rule(frozenset({"volunteer"}), frozenset({"volunteer"}))),
    **_many("v_agree", Rule(None, frozenset({"volunteer"}))),
    **_many("v_days", Rule(SIGNED, None, "open")),
    **_many("v_day_add v_day_drop", Rule(None, LEADER | KEEPERS)),
    **_many("v_direct", Rule(None, SIGNED, "open")),
    **_many("v_accept v_stand_by", Rule(None, LEADER)),
    **_many("v_decline", Rule(MEMBERS, LEADER)),
    **_many("v_job", Rule(LEADER, None)),
    **_many("v_by_hand", Rule(None, LEADER)),
    **_many("v_check_in_for", Rule(LEADER, LEADER)),
    **_many("v_agree_time v_allocate v_finish v_job_say v_give_up v_drop", Rule(None, LEADER)),
    **_many("v_task", Rule(frozenset({"volunteer"}), None)),
    **_many("v_step v_incident v_task_say", Rule(None, frozenset({"volunteer"}))),
    **_many("v_site_code", Rule(SITE, None)),
    # hours: one's own, the public board, the desk's queue
    **_many("v_hours v_family", Rule(SIGNED, SIGNED)),
    **_many("v_hours_export", Rule(SIGNED, None, "open")),
    **_many("hours_board", Rule(ALL, SIGNED, "open")),
    **_many("v_session", Rule(LEADER, None)),
    **_many("v_object", Rule(None, LEADER)),
    **_many("v_pause", Rule(None, frozenset({"volunteer"}))),
    **_many("desk_pause", Rule(None, STAFF)),
    **_many("v_declaring", Rule(LEADER, None)),
    **_many("v_declare", Rule(None, LEADER)),
    **_many("v_family_act", Rule(None, SIGNED, "open")),
    **_many("desk_hours desk_hours_export desk_active desk_families", Rule(ROLES, None)),
    **_many("desk_families_export", Rule(ROLES, None)),
    **_many("desk_stand_for desk_declare desk_objection desk_correct", Rule(None, STAFF)),
    # records and certificates
    **_many("v_record", Rule(SIGNED, None)),
    **_many("v_record_export", Rule(SIGNED, None, "open")),
    **_many("v_certificate_apply v_record_correct", Rule(None, SIGNED)),
    **_many("v_certificate", Rule(frozenset({"volunteer"}), None)),
    **_many(
        "v_certificate_credential v_certificate_end v_certificate_paper v_certificate_shown",
        Rule(None, frozenset({"volunteer"})),
    ),
    **_many("check certificate_notice issuers", Rule(ALL, None, "open")),
    **_many("check_certificate status_list", Rule(ALL, None, "key")),
    **_many("desk_certificates", Rule(ROLES, None)),
    **_many("desk_register_export", Rule(ROLES, None, "open")),
    **_many("desk_record_export", Rule(frozenset({"center_staff"}), None, "open")),
    **_many("desk_bringing", Rule(NONE, NONE)),  # a centre's own officers
    **_many("desk_bring_undo", Rule(None, NONE)),
    **_many("v_drop_brought", Rule(None, frozenset({"volunteer"}))),
    **_many("desk_certificate", Rule(OFFICERS, None)),
    **_many("desk_certificate_paper", Rule(OFFICERS, None)),
    **_many("desk_certificate_do desk_correction desk_entry desk_issuer", Rule(None, OFFICERS)),
    **_many("desk_entry_new", Rule(None, ROLES, "open")),
    **_many("v_open_screen v_end_screen", Rule(None, SITE)),
    **_many("screen", Rule(ALL, None, "key")),
    **_many("v_job_code v_roll", Rule(LEADER, None)),
    **_many("v_my_code", Rule(frozenset({"volunteer"}), None)),
    **_many("v_scan", Rule(LEADER | HERS, LEADER | HERS)),
    **_many("v_witness", Rule(LEADER | HERS, LEADER | HERS)),
    **_many("v_late", Rule(None, frozenset({"volunteer"}))),
    **_many("v_waiting", Rule(SIGNED, None)),
    **_many("v_offline v_worker", Rule(ALL, None, "open")),
    # desks
    **_many("desk desk_items desk_standing desk_visits", Rule(ROLES, None)),
    **_many("desk_queue desk_table", Rule(ROLES, None, "open")),  # a queue's name is nobody's
    **_many("desk_dispatch", Rule(ROLES, ROLES)),
    **_many("desk_dispatch_fresh", Rule(ROLES, None)),
    **_many("desk_twins", Rule(KEEPERS, None)),
    **_many("desk_twin_pair", Rule(NONE, None)),
    **_many("desk_twin_find desk_twin_propose", Rule(None, KEEPERS)),
    **_many("desk_twin_case", Rule(KEEPERS, None)),
    **_many("desk_twin_do", Rule(None, KEEPERS)),
    # a whole centre's figures, no street's and nobody's
    **_many("desk_foretold desk_foretold_export", Rule(ROLES, None, "open")),
    **_many("desk_months", Rule(ROLES, ROLES)),
    **_many("desk_month desk_month_fresh desk_month_export", Rule(ROLES, None, "open")),
    **_many("desk_month_stop", Rule(None, ROLES, "open")),
    **_many("desk_merge desk_new desk_standing_new desk_visit_new", Rule(ROLES, ROLES)),
    **_many("desk_new_kinds", Rule(ROLES, None)),
    # they offer only what lies under her own places
    **_many("desk_find_homes desk_find_regular", Rule(ROLES, None, "open")),
    **_many("desk_find_visits desk_find_teams", Rule(ROLES, None, "open")),
    **_many("desk_export", Rule(ROLES, None, "open")),
    **_many("desk_standing_export", Rule(ROLES, None, "open")),
    **_many("desk_new_find", Rule(None, ROLES)),
    **_many("desk_bulk", Rule(None, ROLES, "open")),
    **_many("desk_request desk_new_done", Rule(SEERS, None)),
    **_many("desk_slip", Rule(RELAYS, None)),
    **_many("desk_asked desk_asked_csv", Rule(SEERS, None)),
    **_many("desk_job desk_paper desk_job_map", Rule(SEERS, None)),
    **_many("desk_request_do desk_rekind", Rule(None, SEERS)),
    **_many("desk_job_do", Rule(None, SEERS)),
    **_many("desk_split", Rule(None, frozenset({"dispatcher", "center_staff"}))),
    **_many("desk_reveal", Rule(None, STAFF)),
    **_many("desk_words", Rule(None, SEERS)),
    **_many("desk_say desk_whistle", Rule(None, RELAYS)),
    **_many("desk_call desk_follow_up", Rule(None, CALLERS)),
    **_many("desk_incident desk_answer_whistle", Rule(None, STAFF)),
    **_many("desk_sheet", Rule(STAFF, None)),
    **_many("desk_sheet_entry", Rule(ROLES, None)),
    **_many("desk_sheet_line", Rule(STAFF, STAFF)),
    **_many("desk_doubts desk_doubts_export", Rule(ROLES, None, "open")),
    **_many("desk_doubt", Rule(None, STAFF)),
    **_many("desk_item", Rule(None, MENU)),
    **_many("desk_bank desk_bank_report", Rule(ROLES, None)),
    **_many("desk_bank_export", Rule(ROLES, None, "open")),
    **_many("desk_bank_new", Rule(ROLES, ROLES, "open")),
    **_many("desk_bank_decide desk_bank_read", Rule(None, ROLES)),
    **_many("desk_conduct", Rule(ROLES, None)),
    **_many(
        "desk_conduct_new desk_conduct_roll desk_conduct_items desk_conduct_periods"
        " desk_conduct_boards",
        Rule(ROLES, ROLES),
    ),
    **_many("desk_conduct_decide desk_conduct_settle desk_conduct_correct", Rule(None, ROLES)),
    **_many("desk_conduct_export", Rule(ROLES, None, "open")),
    **_many("desk_standing_end", Rule(None, DESK)),
    **_many("desk_visit_plan desk_visit_export", Rule(STAFF, None)),
    **_many("desk_visit_close desk_visit_note", Rule(None, STAFF)),
    **_many("code_slip", Rule(DESK, DESK, "open")),
    **_many("thaw", Rule(ADMIN, ADMIN)),
    **_many("settings_pairings", Rule(ROLES, None)),
    **_many("settings_pairing_unit", Rule(ROLES, STAFF)),
    **_many("settings_pairing", Rule(STAFF, STAFF)),
    **_many("settings_pairing_task", Rule(None, STAFF)),
    # settings
    **_many(
        "settings_calendar settings_home settings_importing settings_invitations settings_new_team"
        " settings_outbox settings_people settings_places settings_teams settings_tokens",
        Rule(ADMIN, ADMIN),
    ),
    # the centre's own administrator alone; both streets' are refused
    **_many(
        "settings_bases settings_flow settings_kind settings_kinds settings_new_kind"
        " settings_hours settings_own_flow settings_promises settings_tags settings_try_flow settings_weights",
        Rule(NONE, ADMIN),
    ),
    **_many("settings_weights_tried", Rule(NONE, None)),
    **_many("settings_choose_weights", Rule(None, ADMIN)),
    **_many("settings_template settings_export", Rule(ADMIN, None, "open")),
    **_many("settings_person settings_place settings_team settings_edit_place", Rule(ADMIN, ADMIN)),
    **_many(
        "settings_answer_base settings_choose_flow settings_close_place settings_close_team"
        " settings_drop_day settings_duty settings_move settings_reopen_place settings_resend"
        " settings_retire_kind settings_revoke_role settings_revoke_token settings_revoke_partner",
        Rule(None, ADMIN),
    ),
    **_many("settings_menu settings_new_item", Rule(MENU, MENU)),
    **_many("settings_item", Rule(MENU, MENU)),
    **_many("settings_move_item", Rule(None, MENU)),
    **_many("settings_plans", Rule(ROLES, None)),
    **_many("settings_plans_export", Rule(ROLES, None, "open")),
    **_many("settings_plan", Rule(ROLES, STAFF)),
    **_many("settings_plan_step", Rule(STAFF, STAFF)),
    **_many("settings_readings", Rule(frozenset({"auditor", "admin"}), None)),
    # points, gifts, vouchers, benefits, stars: what is the centre's own is open to its people
    **_many(
        "v_mall v_orders v_points v_points_csv v_stars v_vouchers v_benefits", Rule(SIGNED, None)
    ),
    **_many("v_gift_picture", Rule(ALL, None, "open")),
    **_many("settings_gift_picture", Rule(None, NONE)),
    **_many("v_gift", Rule(SIGNED, None, "open")),
    **_many("v_order_gift v_star_object v_claim v_benefit_show", Rule(None, SIGNED, "open")),
    **_many("v_order v_voucher v_benefit_code", Rule(frozenset({"volunteer"}), None)),
    **_many("v_cancel_gift v_star_apply v_star_decline", Rule(None, frozenset({"volunteer"}))),
    **_many("v_star_notice", Rule(ALL, None, "open")),
    **_many("giver_counter", Rule(ALL, ALL, "key")),
    **_many("desk_counter", Rule(STAFF, STAFF)),
    **_many("desk_mall_orders", Rule(STAFF, None)),
    **_many("desk_mall_export", Rule(STAFF, None, "open")),
    **_many("desk_mall_return", Rule(None, STAFF)),
    **_many("settings_mall settings_stock settings_stock_csv", Rule(KEEPERS, None)),
    **_many("settings_gift", Rule(KEEPERS, KEEPERS, "open")),
    # whole centres' officers alone; both streets' are refused
    **_many("desk_stars desk_star_candidates desk_star_candidates_export", Rule(NONE, None)),
    **_many("desk_star_again desk_star_decide desk_star_settle", Rule(None, NONE)),
    **_many(
        "settings_new_gift settings_shop settings_partners settings_partner settings_batches",
        Rule(NONE, NONE),
    ),
    **_many("settings_uses_csv settings_batches_csv", Rule(NONE, None)),
    **_many("settings_retire_gift settings_partner_key settings_retire_benefit", Rule(None, NONE)),
    # over HTTP: open
    **_many("api:api-root", Rule(NONE, NONE, "open")),
    **_many("api:openapi-json api:kinds api:menu", Rule(ALL, None, "open")),
    **_many("api:places", Rule(ALL, None, "open")),
    **_many("api:propose", Rule(None, ALL, "open")),
    # over HTTP: one's own; lists hold only what the caller may see
    **_many(
        "api:me api:queue api:requests_seen api:jobs api:jobs_queue api:offers api:tasks"
        " api:follow_ups api:whistles",
        Rule(SIGNED, None),
    ),
    **_many("api:hotline api:hotline_take_in", Rule(SIGNED, NONE)),
    **_many("api:requests api:request_place", Rule(SIGNED, SIGNED)),
    **_many("api:months", Rule(SIGNED, None)),
    **_many("api:month_ask", Rule(None, ROLES)),
    **_many("api:month", Rule(ROLES, None, "open")),
    **_many("api:month_stop", Rule(None, ROLES, "open")),
    **_many("api:satisfaction", Rule(ROLES, None)),
    **_many("api:facts", Rule(frozenset({"auditor"}), None)),
    # over HTTP: requests
    **_many("api:request", Rule(SEERS | HERS, None)),
    **_many(
        "api:request_take_up api:request_return_order api:request_refuse api:request_pass_up"
        " api:request_arrange api:request_unarrange api:request_hand_over api:request_take_back"
        " api:request_mark_unmet api:request_finish api:request_settle api:request_close"
        " api:request_rate_as_expert api:request_resubmit api:request_rate api:request_dispute"
        " api:request_withdraw api:request_reopen api:request_rekind",
        Rule(None, SEERS | HERS),
    ),
    **_many("api:request_say", Rule(None, RELAYS | HERS)),
    **_many("api:whistle_blow", Rule(None, RELAYS | HERS)),
    **_many("api:call_back", Rule(None, CALLERS)),
    **_many("api:request_unknown api:job_unknown api:task_unknown", Rule(None, NONE)),
    # over HTTP: jobs
    **_many("api:job api:job_candidates", Rule(SEERS, None)),
    **_many("api:job_led", Rule(LEADER, None)),
    **_many("api:job_agree_time api:job_say", Rule(None, LEADER)),
    **_many(
        "api:job_submit api:job_approve api:job_pass_review api:job_send_back api:job_offer"
        " api:job_widen api:job_recall api:job_escalate api:job_allocate api:job_give_up"
        " api:job_finish api:job_close api:job_mark_unmet api:job_cancel",
        Rule(None, SEERS | LEADER),
    ),
    # over HTTP: offers and tasks
    **_many("api:offer", Rule(MEMBERS, None)),
    **_many("api:asks api:turn", Rule(SIGNED, None)),
    **_many("api:ask", Rule(frozenset({"volunteer"}), None)),
    **_many("api:ask_agree api:ask_decline", Rule(None, frozenset({"volunteer"}))),
    **_many("api:offer_accept api:offer_stand_by api:offer_decline", Rule(None, LEADER)),
    **_many("api:task", Rule(frozenset({"volunteer"}), None)),
    **_many(
        "api:task_confirm api:task_decline api:task_set_out api:task_check_in api:task_check_out"
        " api:task_cannot_come api:task_hand_on api:task_incident api:task_say",
        Rule(None, frozenset({"volunteer"})),
    ),
    # over HTTP: records
    **_many("api:certificates", Rule(SIGNED, None)),
    **_many("api:credential", Rule(None, frozenset({"volunteer"}))),
    # over HTTP: the mall, and the other ways to show who was there
    **_many("api:mall api:mall_orders", Rule(SIGNED, None)),
    **_many("api:mall_order", Rule(None, SIGNED, "open")),
    **_many("api:mall_cancel", Rule(None, frozenset({"volunteer"}))),
    **_many("api:mall_return", Rule(None, STAFF)),
    **_many("api:task_code", Rule(frozenset({"volunteer"}), None)),
    **_many("api:job_code", Rule(LEADER, None)),
    **_many("api:roll", Rule(None, LEADER)),
    **_many("api:scan api:mall_pick_up", Rule(None, SIGNED)),  # whose it is stands in the body
    **_many("api:roll_call", Rule(LEADER | HERS, None)),
    **_many("api:roll_witness", Rule(None, LEADER | HERS)),
    **_many("api:late_records", Rule(None, SIGNED)),
    **_many("api:certificate_check", Rule(ALL, None, "key")),
    # over HTTP: the desk's other acts
    **_many("api:follow_up_settle", Rule(None, CALLERS)),
    **_many("api:whistle_answer", Rule(None, STAFF)),
    **_many("api:hotline_outcome", Rule(None, SEERS)),
    **_many("api:hotline_case", Rule(SEERS | HERS, None)),
    **_many("api:incident_settle", Rule(None, STAFF)),
    **_many("api:item_review", Rule(None, MENU)),
}
# Pages of the library that signs people in: they deal with one's own sign-in alone.
LIBRARY = ("account_", "mfa_")
# Redirects of a bare word to its page, without a name of their own.
BARE = ("?login", "?me", "?v")
