"""短信与微信: signatures against the published examples, calls against a server on this machine.

The expected signatures are those the two providers print in their public documentation; the
server checks each request's signature anew from what arrived on the wire.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from diandan.ground.notify.adapters import aliyun, tencent
from diandan.ground.notify.adapters.base import NotSent, Parcel
from diandan.ground.notify.adapters.choose import adapters_for
from diandan.ground.notify.adapters.elsewhere import AppriseAdapter
from diandan.ground.notify.adapters.sms import SmsAccount
from diandan.ground.notify.adapters.wechat import WeChatAccount, WeChatTemplate

AT = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
CODE = Parcel("key-1", "sms", "code", "+8613800138000", "您的验证码是 123456,十分钟内有效", "", AT)
NOTICE = Parcel(
    "key-2", "sms", "job.accepted", "+8613800138000", "已接单 (a'b*c~d)", "http://x/r/K", AT
)


@dataclass
class Heard:
    """One request as it came over the wire."""

    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(urlsplit(self.target).query).items()}

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """A provider on this machine: answers in turn, and keeps what it heard."""

    address: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, Any]] = field(default_factory=list)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    ours = Gateway()

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {k.lower(): v for k, v in self.headers.items()}
            ours.heard.append(Heard(self.path, headers, body))
            status, answer = ours.answers.pop(0)
            raw = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    ours.address = f"http://127.0.0.1:{server.server_port}"
    yield ours
    server.shutdown()
    thread.join()
    server.server_close()


def account(address: str = "") -> SmsAccount:
    return SmsAccount(
        "id-1", "secret-1", "文明实践", {"code": "T1", "notice": "T2"}, "1400", address
    )


def test_aliyun_signs_as_its_documentation_shows() -> None:
    query = aliyun.canonical_query(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": aliyun.EMPTY_SHA256,
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    theirs = SmsAccount("YourAccessKeyId", "YourAccessKeySecret", "", {})
    assert aliyun.authorization(theirs, "POST", query, headers, aliyun.EMPTY_SHA256) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize(
    ("key_id", "secret", "action", "signature"),
    [
        (
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
            "",
            "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
        ),
        (
            "AKID" + "*" * 32,
            "*" * 32,
            "DescribeInstances",
            "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
        ),
    ],
)
def test_tencent_signs_as_its_documentation_shows(
    key_id: str, secret: str, action: str, signature: str
) -> None:
    body = (
        rb'{"Limit": 1, "Filters": '
        rb'[{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    headers = {"content-type": tencent.JSON_TYPE, "host": "cvm.tencentcloudapi.com"}
    if action:
        headers["x-tc-action"] = action
    at = datetime.fromtimestamp(1551113065, UTC)
    theirs = SmsAccount(key_id, secret, "", {})
    said = tencent.authorization(theirs, "cvm", headers, body, at)
    assert said.endswith(f"Signature={signature}")
    assert f"Credential={key_id}/2019-02-25/cvm/tc3_request" in said


def aliyun_holds(heard: Heard) -> bool:
    """Whether the signature fits what arrived."""
    raw = urlsplit(heard.target).query
    expected = aliyun.authorization(account(), "POST", raw, heard.headers, aliyun.EMPTY_SHA256)
    sent = [heard.headers[n] for n in ("x-acs-date", "x-acs-action", "authorization")]
    return heard.headers["authorization"] == expected and all(sent)


@pytest.mark.parametrize("parcel", [CODE, NOTICE])
def test_aliyun_sends_and_the_signature_survives_the_wire(gateway: Gateway, parcel: Parcel) -> None:
    gateway.answers = [(200, {"Code": "OK", "BizId": "biz-9"})]
    assert aliyun.AliyunSms(account(gateway.address)).send(parcel) == "biz-9"
    heard = gateway.heard[0]
    assert heard.query["PhoneNumbers"] == "13800138000"
    assert heard.query["OutId"] == parcel.key
    assert heard.query["SignName"] == "文明实践"
    variables = json.loads(heard.query["TemplateParam"])
    if parcel is CODE:
        assert (heard.query["TemplateCode"], variables) == ("T1", {"code": "123456"})
    else:
        assert (heard.query["TemplateCode"], variables) == (
            "T2",
            {"text": parcel.text, "link": "http://x/r/K"},
        )
    assert aliyun_holds(heard)


def test_aliyun_finds_our_own_key_among_the_days_messages(gateway: Gateway) -> None:
    def records(*keys: str) -> dict[str, Any]:
        return {"SmsSendDetailDTOs": {"SmsSendDetailDTO": [{"OutId": key} for key in keys]}}

    gateway.answers = [(200, records("other", CODE.key)), (200, records("other"))]
    way = aliyun.AliyunSms(account(gateway.address))
    assert way.was_sent(CODE) is True
    assert way.was_sent(CODE) is None
    assert gateway.heard[0].query["SendDate"] == "20260305"
    assert gateway.heard[0].headers["x-acs-action"] == "QuerySendDetails"


def test_tencent_sends_and_the_signature_survives_the_wire(gateway: Gateway) -> None:
    sent = {"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "s-1"}]}}
    gateway.answers = [(200, sent)]
    assert tencent.TencentSms(account(gateway.address)).send(NOTICE) == "s-1"
    heard = gateway.heard[0]
    assert heard.said["PhoneNumberSet"] == ["+8613800138000"]
    assert heard.said["TemplateParamSet"] == [NOTICE.text, NOTICE.link]
    assert heard.said["SessionContext"] == NOTICE.key
    assert heard.headers["x-tc-version"] == "2021-01-11"
    at = datetime.fromtimestamp(int(heard.headers["x-tc-timestamp"]), UTC)
    signed = {n: heard.headers[n] for n in ("content-type", "host", "x-tc-action")}
    expected = tencent.authorization(account(), "sms", signed, heard.body, at)
    assert heard.headers["authorization"] == expected
    assert len(hashlib.sha256(heard.body).hexdigest()) == 64


@pytest.mark.parametrize(
    ("maker", "answer", "for_good"),
    [
        (aliyun.AliyunSms, {"Code": "isv.BUSINESS_LIMIT_CONTROL"}, False),
        (aliyun.AliyunSms, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}, True),
        (
            tencent.TencentSms,
            {"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberDailyLimit"}]}},
            False,
        ),
        (
            tencent.TencentSms,
            {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}},
            True,
        ),
    ],
)
def test_a_gateways_no_is_told_apart(
    gateway: Gateway, maker: Any, answer: dict[str, Any], for_good: bool
) -> None:
    gateway.answers = [(200, answer)]
    with pytest.raises(NotSent) as no:
        maker(account(gateway.address)).send(CODE)
    assert no.value.for_good is for_good


def test_a_server_error_leaves_open_what_happened_and_no_server_does_not(gateway: Gateway) -> None:
    gateway.answers = [(502, {})]
    with pytest.raises(httpx.HTTPError):
        aliyun.AliyunSms(account(gateway.address)).send(CODE)
    with pytest.raises(NotSent) as no:
        aliyun.AliyunSms(account("http://127.0.0.1:9")).send(CODE)
    assert no.value.for_good is False


def test_wechat_keeps_its_token_and_fetches_another_when_it_is_dropped(gateway: Gateway) -> None:
    token = {"access_token": "A1", "expires_in": 7200}
    gateway.answers = [
        (200, token),
        (200, {"errcode": 0, "msgid": 11}),
        (200, {"errcode": 0, "msgid": 12}),
        (200, {"errcode": 42001}),
        (200, {**token, "access_token": "A2"}),
        (200, {"errcode": 0, "msgid": 13}),
        (200, {**token, "access_token": "A3"}),
        (200, {"errcode": 43004}),
    ]
    way = WeChatTemplate(WeChatAccount("app", "secret", "TPL", "thing1", gateway.address))
    long = Parcel("a-b", "wechat", "x", "openid", "字" * 30, "http://x/r/K", AT)
    assert [way.send(long) for _ in range(3)] == ["11", "12", "13"]
    asked = [urlsplit(h.target).path.rsplit("/", 1)[-1] for h in gateway.heard]
    assert asked == ["stable_token", "send", "send", "send", "stable_token", "send"]
    assert gateway.heard[4].said["force_refresh"] is True
    first = gateway.heard[1]
    assert first.query == {"access_token": "A1"}
    assert first.said["touser"] == "openid"
    assert first.said["client_msg_id"] == gateway.heard[2].said["client_msg_id"] == "ab"
    assert first.said["data"] == {"thing1": {"value": "字" * 19 + "…"}}
    # Five minutes before its end the token is fetched anew; an unfollowed reader is final.
    later = Parcel("c", "wechat", "x", "openid", "x", "", AT + timedelta(minutes=116))
    with pytest.raises(NotSent) as no:
        way.send(later)
    assert no.value.for_good
    assert gateway.heard[-1].query == {"access_token": "A3"}


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")
def test_apprise_fills_in_the_persons_address(gateway: Gateway) -> None:
    gateway.answers = [(200, {}), (500, {})]
    where = gateway.address.removeprefix("http://")
    way = AppriseAdapter(f"json://{where}/{{to}}", "文明实践")
    way.send(Parcel("k", "email", "x", "a@b.cn", "您好", "http://x/r/K", AT))
    assert gateway.heard[0].target.startswith("/a")
    assert gateway.heard[0].said["message"] == "您好\nhttp://x/r/K"
    with pytest.raises(NotSent):
        way.send(CODE)


def test_the_environment_names_the_ways_out(tmp_path: Any) -> None:
    said = {
        "folder": str(tmp_path),
        "sms": "aliyun",
        "sms_id": "i",
        "sms_secret": "s",
        "sms_app": "",
        "sms_templates": "code=A,notice=B",
        "sms_url": "",
        "sms_sign": "文明实践",
        "apprise": "email=mailtos://u:w@h?to={to}, wecom=wecombot://k",
        "wechat_app": "wx",
        "wechat_secret": "s",
        "wechat_template": "TPL:thing2",
    }
    found = adapters_for(said)
    assert sorted(found) == ["email", "sms", "wechat", "wecom"]
    assert isinstance(found["sms"], aliyun.AliyunSms)
    assert found["sms"].account.templates == {"code": "A", "notice": "B"}
    assert "sms" not in adapters_for({**said, "sms": "none"})
    with pytest.raises(ValueError, match="pigeon"):
        adapters_for({**said, "sms": "pigeon"})
