"""阿里云短信 (Dysmsapi 2017-05-25), signed by ACS3-HMAC-SHA256 as its public documentation says."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC
from urllib.parse import quote, urlsplit

from diandan.kit.units import local

from .base import NotSent, Parcel
from .http import call
from .sms import SmsAccount, variables

ADDRESS = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
FOR_GOOD = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.SMS_TEMPLATE_ILLEGAL",
        "isv.SMS_SIGNATURE_ILLEGAL",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "isv.INVALID_PARAMETERS",
        "isv.BLACK_KEY_CONTROL_LIMIT",
    }
)


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Parameters sorted by name, escaped as RFC 3986 has it."""
    return "&".join(
        f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"
        for name, value in sorted(parameters.items())
    )


def authorization(
    account: SmsAccount, method: str, query: str, headers: Mapping[str, str], body_sha256: str
) -> str:
    """The Authorization header over a request to the root path with these (lower-case) headers."""
    names = sorted(n for n in headers if n.startswith("x-acs-") or n in ("host", "content-type"))
    signed = ";".join(names)
    said = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = f"{method}\n/\n{query}\n{said}\n{signed}\n{body_sha256}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={account.key_id},SignedHeaders={signed},Signature={signature}"


class AliyunSms:
    """Sends by SendSms; asks QuerySendDetails for our own key (OutId) when in doubt."""

    def __init__(self, account: SmsAccount) -> None:
        self.account = account
        self.address = account.address or ADDRESS

    def send(self, parcel: Parcel) -> str:
        """Send under an approved template; returns Aliyun's BizId."""
        said = self._ask(
            "SendSms",
            {
                "PhoneNumbers": parcel.local_phone,
                "SignName": self.account.sign,
                "TemplateCode": self.account.template_for(parcel),
                "TemplateParam": json.dumps(variables(parcel), ensure_ascii=False),
                "OutId": parcel.key,
            },
            parcel,
        )
        code = str(said.get("Code", ""))
        if code != "OK":
            raise NotSent(f"aliyun {code}", for_good=code in FOR_GOOD)
        return str(said.get("BizId", ""))

    def was_sent(self, parcel: Parcel) -> bool | None:
        """True when the day's records name our key. Their lag makes an absence no proof."""
        said = self._ask(
            "QuerySendDetails",
            {
                "PhoneNumber": parcel.local_phone,
                "SendDate": f"{local(parcel.at):%Y%m%d}",
                "PageSize": "50",
                "CurrentPage": "1",
            },
            parcel,
        )
        records = said.get("SmsSendDetailDTOs", {})
        rows = records.get("SmsSendDetailDTO", []) if isinstance(records, dict) else []
        return True if any(row.get("OutId") == parcel.key for row in rows) else None

    def _ask(self, action: str, parameters: Mapping[str, str], parcel: Parcel) -> dict[str, object]:
        query = canonical_query(parameters)
        headers = {
            "host": urlsplit(self.address).netloc,
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": f"{parcel.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": EMPTY_SHA256,
        }
        headers["Authorization"] = authorization(self.account, "POST", query, headers, EMPTY_SHA256)
        return call("POST", f"{self.address}/?{query}", headers=headers)
