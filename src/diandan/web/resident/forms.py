"""The order form: shapes and words only; every rule is an action's."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diandan.kit.clock import SHANGHAI
from diandan.kit.refusal import Refusal
from diandan.kit.units import local
from diandan.path.ask.core import WORDS_MAX

DAYS_SHOWN = 6
PARTS = {
    "any": (time(8), time(20)),
    "morning": (time(8), time(12)),
    "afternoon": (time(13), time(18)),
    "evening": (time(18), time(20, 30)),
}
# Where a refusal's field stands on this page.
FIELD_OF = {
    "wanted_from": "day",
    "wanted_until": "day",
    "consent_note": "consent_note",
    "starts_at": "day",
}
t = gettext_lazy


def _text(label: Any, size: int, *, missing: Any = "", help_text: Any = "", **attrs: Any) -> Any:
    """One line. `missing` is what to say when it is left empty, if it may not be."""
    return forms.CharField(
        label=label,
        max_length=size,
        required=bool(missing),
        error_messages={"required": missing},
        help_text=help_text,
        widget=forms.TextInput(attrs=attrs),
    )


class OrderForm(forms.Form):
    """What, where, when, how many, who may come."""

    words = forms.CharField(
        label=t("您需要什么帮助?"),
        max_length=WORDS_MAX,
        error_messages={"required": t("请写一句您需要什么帮助,例如「厨房水管漏水」。")},
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    kind = forms.CharField(max_length=40, required=False)
    item = forms.CharField(max_length=40, required=False)
    place = forms.CharField(max_length=20, required=False)
    place_words = _text(
        t("社区(村)或小区的名字"),
        40,
        help_text=t("写一两个字就行,拼音也可以。"),
        autocomplete="off",
    )
    street = _text(
        t("哪条路、哪个小区"),
        120,
        help_text=t("志愿者接单后能看到,方便找路。"),
        autocomplete="address-line1",
    )
    door = _text(
        t("门牌"),
        120,
        help_text=t("如 3幢202。志愿者到场签到后才能看到。"),
        autocomplete="address-line2",
    )
    urgency = forms.ChoiceField(
        choices=[("normal", "normal"), ("urgent", "urgent")], required=False
    )
    day = forms.CharField(max_length=10, required=False)
    on = forms.DateField(
        label=t("选一天"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    part = forms.ChoiceField(choices=[(p, p) for p in PARTS], required=False)
    people_count = forms.IntegerField(
        label=t("几个人需要"),
        initial=1,
        error_messages={
            "invalid": t("人数请填数字,例如 1。"),
            "required": t("人数请填数字,例如 1。"),
        },
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "min": 1, "max": 500}),
    )
    may_come = forms.CharField(max_length=60, required=False)

    def refuse(self, refusal: Refusal) -> None:
        """Show `refusal` at its field, or on top."""
        field = FIELD_OF.get(refusal.field, refusal.field)
        self.add_error(field if field in self.fields else None, refusal.sentence)

    def window(self, at: datetime) -> tuple[datetime | None, datetime | None]:
        """The wanted time as two moments, or nothing when any time will do."""
        day = self.cleaned_data.get("day") or "any"
        if day == "any":
            return None, None
        on = self._day(day)
        start, end = PARTS[self.cleaned_data.get("part") or "any"]
        begins = datetime.combine(on, start, SHANGHAI)
        ends = datetime.combine(on, end, SHANGHAI)
        return (max(begins, local(at)) if begins < at < ends else begins), ends

    def _day(self, day: str) -> date:
        if day == "on":
            chosen: date | None = self.cleaned_data.get("on")
            if chosen is None:
                raise Refusal("day_missing", _("请选一天。"), field="on")
            return chosen
        try:
            return date.fromisoformat(day)
        except ValueError:
            raise Refusal("day_missing", _("请选一天。"), field="day") from None


class GuestForm(OrderForm):
    """The same for somebody who is not signed in: her phone, and the code it received."""

    phone = _text(
        t("手机号"),
        40,
        missing=t("请写手机号,好把进展告诉您。"),
        help_text=t("办理进展发到这个号码,不用注册。"),
        inputmode="tel",
        autocomplete="tel",
        placeholder="138 0000 0000",
    )
    name = _text(
        t("怎么称呼您"),
        80,
        missing=t("请写怎么称呼您,例如「王阿姨」也行。"),
        help_text=t("志愿者接单前只看到姓。"),
        autocomplete="name",
    )
    notice = forms.BooleanField(
        label=t("我已看过并同意个人信息说明"),
        error_messages={"required": t("请看一下个人信息说明,同意后打勾。")},
    )
    code = _text(t("6 位验证码"), 20, inputmode="numeric", autocomplete="one-time-code")
    proof = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput)


class FamilyForm(OrderForm):
    """The same for a mother or a neighbour: who she is, and how she agreed."""

    who = _text(t("替谁点单(姓名)"), 80, missing=t("请写替谁点单。"), autocomplete="off")
    who_phone = _text(
        t("她或他自己的手机号"),
        40,
        help_text=t("没有手机就留空;消息会发给您。"),
        inputmode="tel",
        autocomplete="off",
    )
    consent_note = forms.CharField(
        label=t("本人怎么同意的"),
        max_length=300,
        help_text=t("例如:当面问过我妈,她说好。"),
        error_messages={"required": t("请写明本人是怎么同意的,例如「当面问过」。")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    read_back = forms.BooleanField(
        label=t("我把上面写的念给本人听过,她(他)说对"),
        error_messages={"required": t("请先把写好的念给本人听一遍,对了再打勾。")},
    )


def days_from(at: datetime) -> list[date]:
    """The days offered as chips: from today, or from tomorrow when today is over."""
    now = local(at)
    first = now.date() if now.time() < PARTS["any"][1] else now.date() + timedelta(days=1)
    return [first + timedelta(days=n) for n in range(DAYS_SHOWN)]
