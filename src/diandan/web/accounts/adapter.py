"""How the sign-in library behaves in this house: no sign-up, our pages, our sentences."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diandan.web import door


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts come into being by phone and code only; this library signs staff in."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("登录名或密码不对,请再试一次。"),
        "too_many_login_attempts": gettext_lazy("试得太多了,请过几分钟再试,或改用手机验证码。"),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  allauth asks so
        """Never: registering is done with a phone."""
        return False

    def respond_user_inactive(
        self,
        request: HttpRequest,
        user: Any,  # noqa: ARG002  allauth asks so
    ) -> HttpResponse:
        """A frozen record cannot be signed in to."""
        sentence = _("这份记录已被冻结,请到实践中心核实后解冻。")
        return render(request, "refusal.html", {"sentence": sentence, "code": "frozen"}, status=403)


def address(request: HttpRequest) -> str | None:
    """Whose wrong passwords these are: the same address by which codes are counted."""
    return door.address(request) or None


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None = None,  # noqa: ARG001
    credentials: dict[str, Any] | None = None,  # noqa: ARG001
) -> HttpResponse:
    """What somebody sees whose name is locked after too many wrong passwords."""
    sentence = _("密码输错次数太多,这个登录名已锁定半小时。请稍后再试,或改用手机验证码登录。")
    return render(
        request,
        "refusal.html",
        {
            "sentence": sentence,
            "code": "locked_out",
            "steps": [{"href": "/me/sign-in", "label": _("用手机验证码登录")}],
        },
        status=429,
    )
