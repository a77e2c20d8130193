"""告知: to whom something is told and in which words; the parts the tables are made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise


class Whom(StrEnum):
    """The part a person has in an order, by which she is told."""

    ASKING = "asking"  # the requester, and who placed it for her from outside the desk
    FIRST_OWNER = "first_owner"  # 首接负责
    DESK = "desk"  # whose queue it stands in now
    TEAM = "team"  # the leaders of the team the fact is about
    ASKED = "asked"  # the leaders of the teams asked in this wave
    UNASKED = "unasked"  # the leaders of the teams whose open offer was ended
    CHOSEN = "chosen"  # the volunteers proposed at this moment
    RELEASED = "released"  # the volunteers released at this moment
    GOING = "going"  # the volunteers who are still in it
    BACKUP = "backup"  # the leaders of the team asked to stand by, with the link to that question
    STANDING_BY = "standing_by"  # the leaders of the team that stands by for it
    FORMER = "former"  # the leaders of the team in whose place another comes
    NEXT = "next"  # the team-mate a task was handed to
    HERSELF = "herself"  # the volunteer whose task the fact is about
    NAMED = "named"  # the person a follow-up names
    UNIT = "unit"  # the staff of the unit a whistle asks
    INVITED = "invited"  # the volunteer who is asked herself
    UNINVITED = "uninvited"  # those who were asked themselves and are not needed any more


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the table. `must_have`: told beside any digest, again until it arrived."""

    whom: Whom
    words: Promise
    must_have: bool = False
    urgent: bool = False
