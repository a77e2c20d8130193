"""人的写法: how phones and names are cleaned and masked, and how old somebody is on a day."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

import phonenumbers
from django.utils.translation import gettext as _

from diandan.kit.refusal import Refusal
from diandan.kit.units import local

ADULT_YEARS = 18
CHILD_YEARS = 14
NAME_MAX = 40
PHONE_TYPED_MAX = 40
MAINLAND = 86
# 港澳台: a mainland number with a slip of the finger never begins so.
NEAR_CODES = ("852", "853", "886")
_MOBILE = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)
# Surnames of two characters: masking 欧阳修 as 欧** would show a surname that nobody has.
_LONG_SURNAMES = (
    "欧阳、司马、上官、诸葛、夏侯、司徒、东方、皇甫、尉迟、公孙、慕容、令狐、端木、长孙、宇文、南宫、"
    "闻人、轩辕、独孤、呼延、百里、东郭、西门、澹台、拓跋、申屠、太史、钟离、第五、完颜、耶律"
)


def clean_phone(text: str) -> str:
    """The mobile number in `text` as E.164: a mainland one as people write it, any other with +.

    Full-width digits, blanks, hyphens and dots are forgiven: people copy numbers out of chats. A
    number from elsewhere without its + could be taken for a mainland one, so it is asked for.
    """
    plain = unicodedata.normalize("NFKC", text or "")
    typed = "".join(c for c in plain if unicodedata.category(c) not in {"Cf", "Cc"})
    typed = re.sub(r"[\s.\-–—_()]", "", typed)
    if 0 < len(typed) <= PHONE_TYPED_MAX and re.fullmatch(r"\+?[0-9]+", typed):
        number = _mobile(typed)
        if number and (typed.startswith("+") or number.country_code == MAINLAND):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if abroad := number or (_mobile(f"+{typed}") if typed.startswith(NEAR_CODES) else None):
            form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
            right = phonenumbers.format_number(abroad, form)
            sentence = _("港澳台和国外的手机号请带上 + 和地区代码,写成 %(right)s。")
            raise Refusal("wrong_phone", sentence % {"right": right}, field="phone")
    sentence = _(
        "手机号应为11位,例如 138 0000 0000;港澳台和国外的请带上 + 和地区代码,例如 +852 9123 4567。"
    )
    raise Refusal("wrong_phone", sentence, field="phone")


def _mobile(typed: str) -> phonenumbers.PhoneNumber | None:
    """The mobile number that `typed` is when dialled in the mainland, if it is one."""
    try:
        number = phonenumbers.parse(typed, "CN")
    except phonenumbers.NumberParseException:
        return None
    is_mobile = phonenumbers.number_type(number) in _MOBILE
    return number if is_mobile and phonenumbers.is_valid_number(number) else None


def clean_name(text: str) -> str:
    """A person's name as she writes it, without control characters and doubled blanks."""
    plain = unicodedata.normalize("NFKC", text or "")
    visible = "".join(
        " " if c.isspace() else c for c in plain if unicodedata.category(c)[0] != "C" or c.isspace()
    )
    name = re.sub(r" +", " ", visible).strip()
    if not name or not any(c.isalpha() for c in name):
        raise Refusal("wrong_name", _("请填写姓名,例如 张秀英。"), field="name")
    if len(name) > NAME_MAX:
        raise Refusal(
            "long_name", _("姓名最多 %(n)s 个字,请缩短。") % {"n": NAME_MAX}, field="name"
        )
    if re.search(r"[<>{}\\]", name):
        raise Refusal("wrong_name", _("姓名里不要写符号,例如 张秀英。"), field="name")
    return name


def mask_name(name: str) -> str:
    """张秀英 → 张**: the surname stays so that she knows herself; the length is hidden."""
    if not name:
        return ""
    return (name[:2] if len(name) > 2 and name[:2] in _LONG_SURNAMES else name[0]) + "**"


def mask_phone(phone: str) -> str:
    """+8613800001234 → 138****1234."""
    if not phone:
        return ""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]}****{digits[-4:]}"


def say_phone(phone: str) -> str:
    """+8613800001234 → 138 0000 1234, as it is read aloud; foreign numbers as they are."""
    digits = phone.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if digits != phone else phone


def age_on(born_on: date, day: date) -> int:
    """Whole years lived on `day`; someone born on 29 February ages on 1 March."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_minor(born_on: date | None, at: datetime) -> bool:
    """未成年人: under 18 on the local day of `at`. Unknown birth is taken as grown-up."""
    return born_on is not None and age_on(born_on, local(at).date()) < ADULT_YEARS


def is_child(born_on: date | None, at: datetime) -> bool:
    """Under 14, when the law asks for a guardian at every step (PIPL art. 31)."""
    return born_on is not None and age_on(born_on, local(at).date()) < CHILD_YEARS
