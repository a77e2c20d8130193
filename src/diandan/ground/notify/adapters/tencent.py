"""腾讯云短信 (sms 2021-01-11), signed by TC3-HMAC-SHA256 as its public documentation says."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .base import NotSent, Parcel
from .http import call
from .sms import SmsAccount, variables

ADDRESS = "https://sms.tencentcloudapi.com"
VERSION = "2021-01-11"
ALGORITHM = "TC3-HMAC-SHA256"
JSON_TYPE = "application/json; charset=utf-8"
FOR_GOOD_PREFIXES = ("InvalidParameter", "MissingParameter", "AuthFailure", "UnauthorizedOperation")
FOR_GOOD = frozenset(
    {
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.SignatureIncorrectOrUnapproved",
        "FailedOperation.TemplateIncorrectOrUnapproved",
        "InvalidParameterValue.IncorrectPhoneNumber",
    }
)


def authorization(
    account: SmsAccount, service: str, headers: Mapping[str, str], body: bytes, at: datetime
) -> str:
    """The Authorization header over a POST to the root path with these (lower-case) headers."""
    day = f"{at.astimezone(UTC):%Y-%m-%d}"
    names = sorted(headers)
    signed = ";".join(names)
    said = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
    request = f"POST\n/\n\n{said}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{day}/{service}/tc3_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{int(at.timestamp())}\n{scope}\n{hashed}"
    key = f"TC3{account.secret}".encode()
    for piece in (day, service, "tc3_request"):
        key = hmac.digest(key, piece.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return (
        f"{ALGORITHM} Credential={account.key_id}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


class TencentSms:
    """Sends by SendSms. The gateway keeps no key of ours to ask for afterwards."""

    def __init__(self, account: SmsAccount) -> None:
        self.account = account
        self.address = account.address or ADDRESS

    def send(self, parcel: Parcel) -> str:
        """Send under an approved template; returns Tencent's SerialNo."""
        body = json.dumps(
            {
                "PhoneNumberSet": [parcel.to],
                "SmsSdkAppId": self.account.app,
                "SignName": self.account.sign,
                "TemplateId": self.account.template_for(parcel),
                "TemplateParamSet": list(variables(parcel).values()),
                "SessionContext": parcel.key,
            },
            ensure_ascii=False,
        ).encode()
        signed = {
            "content-type": JSON_TYPE,
            "host": urlsplit(self.address).netloc,
            "x-tc-action": "SendSms",
        }
        headers = {
            **signed,
            "X-TC-Version": VERSION,
            "X-TC-Region": self.account.region,
            "X-TC-Timestamp": str(int(parcel.at.timestamp())),
            "Authorization": authorization(self.account, "sms", signed, body, parcel.at),
        }
        answer = call("POST", f"{self.address}/", headers=headers, content=body)
        response = answer.get("Response", {})
        if error := response.get("Error"):
            raise _refused(str(error.get("Code", "")))
        status = (response.get("SendStatusSet") or [{}])[0]
        if status.get("Code") != "Ok":
            raise _refused(str(status.get("Code", "")))
        return str(status.get("SerialNo", ""))

    def was_sent(self, parcel: Parcel) -> bool | None:  # noqa: ARG002  it cannot say
        """It cannot tell."""
        return None


def _refused(code: str) -> NotSent:
    return NotSent(
        f"tencent {code}", for_good=code in FOR_GOOD or code.startswith(FOR_GOOD_PREFIXES)
    )
