"""Forms of the account pages: shapes only; every rule is an action's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from diandan.kit.refusal import Refusal

CODE_LENGTH = 6


class AccountForm(forms.Form):
    """A form that can take a refusal back as the error of its field."""

    def refuse(self, refusal: Refusal) -> None:
        """Show `refusal` where it belongs."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.sentence)


class PhoneForm(AccountForm):
    """Step one: which phone."""

    phone = forms.CharField(
        label=_("手机号"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "tel", "placeholder": "138 0000 0000"}
        ),
    )


class CodeForm(AccountForm):
    """Step two: the six digits."""

    phone = forms.CharField(max_length=40, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("6 位验证码"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "autofocus": True}
        ),
    )


class NewcomerForm(AccountForm):
    """Step three, once in a life: a name, and the notice read."""

    name = forms.CharField(
        label=_("怎么称呼您"),
        max_length=80,
        help_text=_("志愿者上门时只看到姓,接单后才知道全名。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    notice = forms.BooleanField(label=_("我已阅读并同意《个人信息说明》"))


class ProfileForm(AccountForm):
    """Her own particulars."""

    name = forms.CharField(
        label=_("姓名"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    door = forms.CharField(
        label=_("门牌"),
        max_length=200,
        required=False,
        help_text=_("如 3幢202。只给接了您的单、并已到场签到的志愿者看。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    born_on = forms.DateField(
        label=_("出生日期"),
        required=False,
        help_text=_("未满18周岁做志愿者须监护人同意。"),
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )


class NoticesForm(AccountForm):
    """How and when she wants to be told."""

    channel = forms.ChoiceField(
        label=_("怎样通知您"),
        choices=[
            ("sms", _("短信")),
            ("in_app", _("只在本站消息里")),
            ("wechat", _("微信")),
            ("email", _("电子邮件")),
        ],
    )
    quiet_from = forms.TimeField(
        label=_("免打扰从"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    quiet_until = forms.TimeField(
        label=_("到"),
        required=False,
        help_text=_("这段时间只发验证码、改期、到期这类必须知道的通知。"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    digest = forms.BooleanField(label=_("不急的合并成每天一条"), required=False)
    language = forms.ChoiceField(label=_("语言"), choices=[("zh-hans", "中文"), ("en", "English")])


class GuardianForm(AccountForm):
    """A guardian's phone and name."""

    phone = forms.CharField(
        label=_("监护人手机号"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("监护人姓名"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GuardianCodeForm(GuardianForm):
    """The guardian's own code and word."""

    phone = forms.CharField(max_length=40, widget=forms.HiddenInput)
    name = forms.CharField(max_length=80, widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("监护人手机收到的 6 位验证码"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    agree = forms.BooleanField(label=_("我是监护人,同意孩子参加志愿服务,并阅读了《个人信息说明》"))


class StaffLoginForm(AccountForm):
    """A name and password for staff."""

    username = forms.CharField(
        label=_("登录名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    old_password = forms.CharField(
        label=_("现在的密码"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("新密码"),
        strip=False,
        help_text=_("至少 8 位,不要全是数字,不要太常见。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, has_password: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if not has_password:
            del self.fields["old_password"]
