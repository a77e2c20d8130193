"""接通: the adapters a centre's settings name, by channel."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from django.conf import settings

from ..core import SMS
from .aliyun import AliyunSms
from .base import Adapter
from .elsewhere import AppriseAdapter
from .local import ConsoleAdapter, FileAdapter
from .sms import SmsAccount
from .tencent import TencentSms
from .wechat import WeChatAccount, WeChatTemplate

WECHAT = "wechat"


def adapters() -> Mapping[str, Adapter]:
    """The adapters of this centre, as its environment says; the same ones at every call."""
    said: dict[str, str] = settings.WAYS_OUT
    return _kept(tuple(sorted(said.items())))


@cache
def _kept(said: tuple[tuple[str, str], ...]) -> Mapping[str, Adapter]:
    """Kept, because an adapter keeps its access token."""
    return adapters_for(dict(said))


def adapters_for(said: Mapping[str, str]) -> dict[str, Adapter]:
    """One adapter for each channel that is wired. A channel without one fails, and is seen."""
    found: dict[str, Adapter] = {
        channel: AppriseAdapter(pattern, said["sms_sign"])
        for channel, pattern in pairs(said["apprise"]).items()
    }
    text = _text_messages(said)
    if text is not None:
        found[SMS] = text
    if said["wechat_app"]:
        template, _colon, words_in = said["wechat_template"].partition(":")
        found[WECHAT] = WeChatTemplate(
            WeChatAccount(
                app=said["wechat_app"],
                secret=said["wechat_secret"],
                template=template,
                field=words_in or "thing1",
            )
        )
    return found


def pairs(words: str) -> dict[str, str]:
    """`name=value` words, separated by commas, as a mapping; a word without a sign is no pair."""
    parted = (word.partition("=") for word in words.split(","))
    return {name.strip(): value.strip() for name, sign, value in parted if sign}


def _text_messages(said: Mapping[str, str]) -> Adapter | None:
    folder = Path(said["folder"])
    account = SmsAccount(
        key_id=said["sms_id"],
        secret=said["sms_secret"],
        sign=said["sms_sign"],
        templates=pairs(said["sms_templates"]),
        app=said["sms_app"],
        address=said["sms_url"].rstrip("/"),
    )
    match said["sms"]:
        case "console":
            return ConsoleAdapter(folder / "console.log")
        case "file":
            return FileAdapter(folder / SMS)
        case "aliyun":
            return AliyunSms(account)
        case "tencent":
            return TencentSms(account)
        case "none":
            return None
    raise ValueError(f"DIANDAN_SMS_KIND={said['sms']!r}")
