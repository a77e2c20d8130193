"""验证码怎么送到: by message where there is a gateway, on a demo's console, else by slip."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from diandan.ground.notify.actions.tell import tell_code
from diandan.ground.people.actions.codes import LASTS
from diandan.kit.clock import now
from diandan.kit.ids import new_id

# The worker's console reaches whoever runs the house, not the person who waits for a code.
GATEWAYS = frozenset({"file", "aliyun", "tencent"})
log = structlog.get_logger()


def reaches_phones() -> bool:
    """Whether a code can get to a phone without a clerk: never on this site's own pages."""
    return settings.DEMO or settings.DIANDAN_SMS_KIND in GATEWAYS


def send_code(phone: str, code: str) -> None:
    """Send `code` to `phone`. In a demo it goes to the console of whoever runs the demo, too."""
    minutes = int(LASTS.total_seconds() // 60)
    text = _("您的验证码是 %(code)s,%(n)s分钟内有效。不是您本人操作,请不用理会。") % {
        "code": code,
        "n": minutes,
    }
    with transaction.atomic():
        tell_code(phone=phone, code_id=new_id(), text=text, at=now())
    if settings.DEMO:
        log.info("one_time_code", phone=phone, code=code)
