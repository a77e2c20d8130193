"""告知表(问到个人): what volunteers who are asked themselves, and those around them, are told."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from .notice import Notice, Whom

W = Whom

PEOPLE_NOTICES: Mapping[str, tuple[Notice, ...]] = {
    "job.person_asked": (
        Notice(
            W.INVITED,
            _("想请您来:「%(what)s」%(station)s,%(start)s。能来请点开链接答应,不方便也没关系。"),
        ),
    ),
    "job.person_agreed": (
        Notice(W.TEAM, _("又有一位志愿者答应去「%(what)s」(%(start)s),人手补上了。")),
    ),
    "job.call_ended": (
        Notice(
            W.UNINVITED,
            _("「%(what)s」(%(start)s)人已够或不再需要,不用来了,谢谢您。"),
            must_have=True,
        ),
    ),
    "job.filled": (
        Notice(
            W.ASKING,
            _("已安排志愿者:%(number)s「%(what)s」由%(team)s的志愿者上门服务,%(start)s。"),
            must_have=True,
        ),
        Notice(
            W.CHOSEN,
            _("人齐了:「%(what)s」%(station)s,%(start)s,等您来。来不了请点开链接早说一声。"),
            must_have=True,
        ),
        Notice(
            W.TEAM,
            _(
                "%(team)s有队员答应了「%(what)s」%(number)s(%(start)s),由其本人应约。有变化会告诉您。"
            ),
        ),
        Notice(W.UNASKED, _("「%(what)s」已有志愿者应约,谢谢%(team)s,不用再回复。")),
    ),
}
