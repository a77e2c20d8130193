"""门口: who calls the API, within which scopes, and how a repeated call is answered once.

A caller is a person: by her key (`Authorization: Bearer dd_…`, narrowed to its scopes) or by her
session in a browser (all scopes, and CSRF for anything that writes). Or it is an outside system,
by a partner's key (`dp_…`), which opens the hotline's operations alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as t
from ninja.security.http import HttpBearer
from ninja.utils import check_csrf

from diandan.ground.people.actions.tokens import actor_of_token
from diandan.ground.people.actor import Actor
from diandan.ground.record.actions.replay import digest_of_asking, keep_answer, kept_answer
from diandan.kit.refusal import Refusal, forbidden
from diandan.path.assess.actions import partner
from diandan.path.assess.actions.partner import actor_of_key
from diandan.path.fulfil.actions.prove import count_wrong_code
from diandan.web import door

SCOPES: dict[str, str | Promise] = {
    "read": t("看自己的点单、消息和本人资料"),
    "order": t("替自己或征得同意的人点单、补充、撤回、评价"),
    "desk": t("工作台:看辖区内的点单,受理、退回、制单、吹哨、跟进"),
    "dispatch": t("派单:看服务单和候选队伍,审核、派单、扩大、收回"),
    "serve": t("志愿者:看邀约和任务,接单、配单、签到、签退"),
    "hotline": t("外部热线:转来工单,查办理状态,回报办理结果"),
    "audit": t("审计:导出只含编号的记录,看满意度"),
}
KEY_HEADER = "Idempotency-Key"
KEY_MAX = 100
SAFE = ("GET", "HEAD", "OPTIONS")
View = Callable[..., HttpResponse]


def caller(request: HttpRequest) -> Actor:
    """Who calls, read once. A session that writes must carry its CSRF token."""
    found: Actor | None = getattr(request, "diandan_caller", None)
    if found is not None:
        return found
    plain = _bearer(request)
    if plain is not None:
        of_key = actor_of_key if plain.startswith(partner.PREFIX) else actor_of_token
        found = of_key(plain, door.now(request))
    else:
        found = door.actor(request)
        if found.person_id is not None and request.method not in SAFE and check_csrf(request):
            raise forbidden(_("页面停留太久,安全校验没有通过。请刷新后再试。"), "csrf")
    request.diandan_caller = found  # type: ignore[attr-defined]
    return found


def _bearer(request: HttpRequest) -> str | None:
    value = request.headers.get("Authorization")
    if value is None:
        return None
    word, _blank, plain = value.partition(" ")
    if word.lower() != "bearer" or not plain.strip():
        raise Refusal("bad_token", _("请用 Authorization: Bearer 加钥匙。"), status=401)
    return plain.strip()


class Need(HttpBearer):
    """An operation's scope: any one of `scopes` opens it. Without scopes, anybody signed in."""

    openapi_name = "Key"

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        unknown = set(scopes) - set(SCOPES)
        if unknown:
            raise ValueError(f"unknown scopes {unknown}")
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Actor:
        """The caller, or a refusal that says what is missing."""
        by = caller(request)
        if by.person_id is None and by.partner_id is None:
            raise Refusal("sign_in_first", _("请带上钥匙,或先登录。"), status=401)
        if by.is_frozen:
            raise forbidden(_("这份记录已被冻结,请到实践中心核实后解冻。"), "frozen")
        if by.scopes is not None and self.scopes and not by.scopes & set(self.scopes):
            raise forbidden(
                _("这把钥匙没有「%(scope)s」权限。请另做一把。")
                % {"scope": "、".join(self.scopes)},
                "scope_missing",
            )
        return by

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Asked for by the library's interface; `__call__` does it all."""
        return self(request)


def say_problem(refusal: Refusal, **more: Any) -> HttpResponse:
    """The one shape of every no (RFC 9457)."""
    if not more:
        return door.problem(refusal)
    full = Refusal(
        refusal.code,
        refusal.sentence,
        field=refusal.field,
        status=refusal.status,
        more={**refusal.more, **more},
    )
    return door.problem(full)


def whole(view: View, *, must_key: bool) -> View:
    """Wrap an operation: a repeated POST is answered as before, and every no is a problem+json.

    `must_key`: this address changes something by POST, so a call without a key is refused.
    """

    def guarded(request: HttpRequest, *args: Any, **words: Any) -> HttpResponse:
        try:
            answer = _once(request, lambda: view(request, *args, **words), must_key)
        except RequestDataTooBig:
            return say_problem(Refusal("too_big", _("内容太大,请精简后再发。"), status=413))
        except Refusal as refusal:
            return say_problem(refusal)
        if getattr(request, "diandan_no", "") == "wrong_code" and "task_id" in words:
            # Outside the refused step, which was undone: else one could guess for ever.
            count_wrong_code(words["task_id"], at=door.now(request))
        if answer.status_code == 405:
            wrong = Refusal("method_not_allowed", _("这个地址不支持这种方法。"), status=405)
            problem = say_problem(wrong)
            problem["Allow"] = answer.get("Allow", "")
            return problem
        answer["Cache-Control"] = "no-store"
        return answer

    guarded.csrf_exempt = True  # type: ignore[attr-defined]  # `caller` checks it for sessions
    return guarded


def _once(request: HttpRequest, act: Callable[[], HttpResponse], must_key: bool) -> HttpResponse:
    """Do a POST with a key once; only what was done is remembered, so a no may be tried again."""
    if request.method != "POST":
        return act()
    by = caller(request)
    who = by.person_id or by.partner_id
    key = request.headers.get(KEY_HEADER)
    if who is None or (key is None and not must_key):
        return act()  # nobody: to be told to sign in
    if key is None:
        raise Refusal(
            "key_missing",
            _("每次提交要带 Idempotency-Key(建议用 UUID),断网重发时才不会办两次。"),
            field=KEY_HEADER,
            status=400,
        )
    key = key.strip()
    if not key or len(key) > KEY_MAX or not key.isascii() or not key.isprintable():
        raise Refusal("bad_key", _("幂等键应为1到100个英文字符,建议用UUID。"), status=400)
    digest = digest_of_asking(request.method, request.get_full_path(), request.body)
    kept_as = f"api:{who}:{key}"
    with transaction.atomic():
        kept = kept_answer(kept_as, digest)
        if kept is not None:
            again = HttpResponse(kept.body, status=kept.status, content_type="application/json")
            again["Idempotency-Replayed"] = "true"
            return again
        answer = act()
        if answer.status_code < 400:
            # An operation whose answer may be kept nowhere says what is kept in its stead.
            text = getattr(request, "diandan_kept", "") or answer.content.decode()
            keep_answer(kept_as, digest, status=answer.status_code, body=text, at=door.now(request))
    return answer
