"""公众号模板消息: template messages of a WeChat service account to a follower's openid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .base import NotSent, Parcel
from .http import call

ADDRESS = "https://api.weixin.qq.com"
TOKEN_GONE = frozenset({40001, 40014, 42001})
FOR_GOOD = frozenset({40003, 40037, 43004, 43019})
# A `thing` field of a template takes twenty characters, and one more is refused.
THING_MAX = 20
EARLY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class WeChatAccount:
    """A service account, its template's id, and the template's field that takes the words."""

    app: str
    secret: str
    template: str
    field: str = "thing1"
    address: str = ADDRESS


class WeChatTemplate:
    """Sends by message/template/send; `client_msg_id` makes a repeat within ten minutes one."""

    def __init__(self, account: WeChatAccount) -> None:
        self.account = account
        self._token = ""
        self._token_until: datetime | None = None

    def send(self, parcel: Parcel) -> str:
        """Send; a token the other side dropped early is fetched anew, once."""
        said = self._post(parcel, self._access(parcel.at))
        if said.get("errcode") in TOKEN_GONE:
            said = self._post(parcel, self._access(parcel.at, fresh=True))
        code = int(said.get("errcode", 0))
        if code:
            raise NotSent(f"wechat {code}", for_good=code in FOR_GOOD)
        return str(said.get("msgid", ""))

    def was_sent(self, parcel: Parcel) -> bool | None:  # noqa: ARG002  it cannot say
        """It cannot tell; the same key sent again is recognised by the other side."""
        return None

    def _post(self, parcel: Parcel, token: str) -> dict[str, Any]:
        words = parcel.text
        if len(words) > THING_MAX:
            words = words[: THING_MAX - 1] + "…"
        body = {
            "touser": parcel.to,
            "template_id": self.account.template,
            "url": parcel.link,
            "client_msg_id": parcel.key.replace("-", ""),
            "data": {self.account.field: {"value": words}},
        }
        query = urlencode({"access_token": token})
        return call(
            "POST",
            f"{self.account.address}/cgi-bin/message/template/send?{query}",
            headers={"content-type": "application/json"},
            content=json.dumps(body, ensure_ascii=False).encode(),
        )

    def _access(self, at: datetime, *, fresh: bool = False) -> str:
        """The stable access token, kept until five minutes before it ends."""
        if not fresh and self._token_until is not None and at < self._token_until:
            return self._token
        body = {
            "grant_type": "client_credential",
            "appid": self.account.app,
            "secret": self.account.secret,
            "force_refresh": fresh,
        }
        said = call(
            "POST",
            f"{self.account.address}/cgi-bin/stable_token",
            headers={"content-type": "application/json"},
            content=json.dumps(body).encode(),
        )
        if not said.get("access_token"):
            raise NotSent(f"wechat token {said.get('errcode', '')}")
        self._token = str(said["access_token"])
        self._token_until = at + timedelta(seconds=int(said.get("expires_in", 7200))) - EARLY
        return self._token
