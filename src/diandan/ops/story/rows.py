"""各地的行: the row of each place's flow, and what else its seed asks to be seen."""

from __future__ import annotations

from collections.abc import Callable

from . import rows_bank as bank
from . import rows_conduct as conduct
from . import rows_hours as hours
from . import rows_orders as orders
from . import rows_places as places
from . import rows_presence as presence
from . import rows_record as record
from . import rows_rewards as rewards
from . import rows_teams as teams
from .world import World

Look = Callable[[World], str]
# A place whose seed names no flow lives W1's under its own name.
FLOW_ROW = {
    "suzhou": "W2",
    "taixing": "W3",
    "hongta": "W4",
    "qindu": "W5",
    "baiyintala": "W6",
    "daxing": "W7",
}
# Seen together with the flow's own row: what only this flow does.
FLOW_LOOKS: dict[str, Look] = {
    "qindu": orders.heard_w5,
    "baiyintala": orders.takers_w6,
    "daxing": orders.join_w7,
}
# Those that move the clock by days come last.
ROWS_OF: dict[str, tuple[tuple[str, Look], ...]] = {
    "jiangning": (
        ("W8", orders.visits_w8),
        ("S0-02", places.tree_s0_02),
        ("S0-03", places.platforms_s0_03),
        ("S0-08", places.teams_s0_08),
        ("证明", record.certificate),
        ("S0-11", rewards.benefits_s0_11),
        ("S0-12", rewards.candidates_s0_12),
        ("S0-07", teams.rosters_s0_07),
        ("S0-11", bank.bank_s0_11),
    ),
    "suzhou": (
        ("S1-03", presence.offline_s1_03),
        ("S1-04", teams.units_s1_04),
        ("S1-02", hours.active_s1_02),
    ),
    "taixing": (("S1-18", orders.micro_s1_18), ("S1-17", rewards.vouchers_s1_17)),
    "hongta": (("S2-05", orders.many_s2_05), ("S2-07", rewards.redeem_s2_07)),
    "qindu": (("S3-03", places.clubs_s3_03), ("S3-05", orders.birthday_s3_05)),
    "baiyintala": (
        ("S3-16", places.grids_s3_16),
        ("S3-21", orders.private_s3_21),
        ("S3-22", orders.month_end_s3_22),
        ("S3-17", conduct.systems_s3_17),
        ("S3-18", conduct.periods_s3_18),
    ),
    "daxing": (
        ("S4-01", places.bases_s4_01),
        ("S4-02", hours.families_s4_02),
        ("S4-03", places.teams_s4_03),
        ("S4-09", orders.whistle_s4_09),
    ),
}
