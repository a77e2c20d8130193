"""兑换的表单: a gift's words, a row of stock, the rules of mall and stars."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from diandan.square.mall.actions import gifts as acts
from diandan.square.mall.models import Audience, Gift, Window
from diandan.square.star.rulebook import shipped

from .page import SettingsForm


class PictureForm(SettingsForm):
    """A photograph of the gift."""

    picture = forms.FileField(
        label=gettext_lazy("照片"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy(
            "JPEG、PNG 或 WebP,不超过 5 MB。照片里带的地点、时间、手机型号不保存。"
        ),
    )


class GiftForm(SettingsForm):
    """What is written of a gift."""

    name = forms.CharField(label=gettext_lazy("礼品名称"), max_length=60)
    about = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("只写是什么,不写价格。积分不标价、不折现。"),
    )
    cost = forms.IntegerField(
        label=gettext_lazy("需要多少积分"),
        min_value=0,
        max_value=acts.COST_MOST,
        help_text=gettext_lazy("0 就是免费领取,例如公筷。"),
    )
    audience = forms.ChoiceField(label=gettext_lazy("面向"), choices=Audience.choices)
    star_min = forms.IntegerField(
        label=gettext_lazy("几星起"), min_value=0, max_value=5, initial=0, required=False
    )
    limit_each = forms.IntegerField(
        label=gettext_lazy("每人限几件"),
        min_value=0,
        max_value=1000,
        initial=0,
        required=False,
        help_text=gettext_lazy("0 就是不限。"),
    )
    limit_period = forms.ChoiceField(
        label=gettext_lazy("多久算一次"), choices=Gift.Period.choices, initial=Gift.Period.QUARTER
    )
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class StockForm(SettingsForm):
    """Stock in or out: a row more, never a figure typed over."""

    site = forms.CharField(
        label=gettext_lazy("领取点"), max_length=80, help_text=gettext_lazy("站、所或中心的名称。")
    )
    count = forms.IntegerField(
        label=gettext_lazy("数量"),
        min_value=-acts.COUNT_MOST,
        max_value=acts.COUNT_MOST,
        help_text=gettext_lazy("入库写正数,出库(盘亏、损坏)写负数。"),
    )
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)


class ShopForm(SettingsForm):
    """The centre's own rules of the mall, and which star rules hold."""

    is_open = forms.BooleanField(label=gettext_lazy("开放兑换"), required=False)
    window = forms.ChoiceField(label=gettext_lazy("什么时候可以兑换"), choices=Window.choices)
    window_days = forms.IntegerField(
        label=gettext_lazy("头几天"),
        min_value=0,
        max_value=92,
        help_text=gettext_lazy("随时开放写 0。"),
    )
    orders_each_quarter = forms.IntegerField(
        label=gettext_lazy("每人每季度最多兑换几次"),
        min_value=0,
        max_value=100,
        help_text=gettext_lazy("0 就是不限。"),
    )
    keep_days = forms.IntegerField(label=gettext_lazy("为本人保留几天"), min_value=1, max_value=365)
    return_days = forms.IntegerField(
        label=gettext_lazy("领取后几天内可退"), min_value=0, max_value=365
    )
    star_rules = forms.ChoiceField(label=gettext_lazy("星级办法"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["star_rules"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(name, rules.title) for name, rules in shipped().items()]
