"""疑点的告知: the volunteer hears that her hours are looked at and why, and how it ended.

The queue of doubts itself waits at the desk of her place (web/desk/doubts.py).
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .notice import Notice, Whom

W = Whom

NOTICES: dict[str, tuple[Notice, ...]] = {
    "doubt.opened": (
        Notice(
            W.HERSELF,
            _(
                "您在「%(what)s」%(number)s 的时长要核查一下:%(doubt)s。核查期间先不入账,结果会告诉您,您不用做什么。"
            ),
        ),
    ),
    "doubt.cleared": (
        Notice(W.HERSELF, _("「%(what)s」%(number)s 的时长核查过了,没有问题,照常公示入账。")),
    ),
    "doubt.declared": (
        Notice(
            W.HERSELF,
            _("「%(what)s」%(number)s 的时长核查过了,只算申报时长。理由请点开链接看。"),
            must_have=True,
        ),
    ),
    "doubt.voided": (
        Notice(
            W.HERSELF,
            _("「%(what)s」%(number)s 的这次时长核查后不计。理由请点开链接看,不同意请找实践站。"),
            must_have=True,
        ),
    ),
}
