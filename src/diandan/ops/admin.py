"""第一位管理员: `diandan admin PLACE`, typed at the machine itself by the person she will be.

Every later role is granted on the settings pages by an administrator; this command only opens the
door of a centre that has none yet.
"""

from __future__ import annotations

import argparse
import getpass
import sys

from . import house

HELP = "给一个还没有管理员的中心设第一位管理员(本人在机器前输入)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The place; the rest is asked."""
    parser.add_argument("place", help="地方,例如 jiangning")


def run(args: argparse.Namespace) -> int:
    """0: the centre has its administrator; 1: it cannot be done, and why."""
    from django.db import transaction

    from diandan.ground.people.actions.logins import choose_login
    from diandan.ground.people.actions.register import register
    from diandan.ground.people.actions.roles import grant_role
    from diandan.ground.people.actor import SYSTEM
    from diandan.ground.people.models import Role, RoleGrant
    from diandan.ground.people.queries import actor_for
    from diandan.ground.places.queries import by_slug
    from diandan.kit.clock import now
    from diandan.kit.refusal import Refusal

    at = now()
    try:
        place = by_slug(args.place)
        if RoleGrant.objects.filter(place=place, role=Role.ADMIN, revoked_at=None).exists():
            raise house.Trouble("这个中心已有管理员,请在「设置 · 人员与角色」里添加别的人。")
        name, phone = _ask("姓名"), _ask("手机号")
        username, password = _ask("登录名(4到30个小写字母或数字)"), _secret("密码(至少8位)")
        with transaction.atomic():
            person = register(phone=phone, name=name, at=at, how="console", home=place)
            by = actor_for(person.id, at)
            choose_login(login=person.login, username=username, password=password, at=at, by=by)
            grant_role(person=person, role=Role.ADMIN, place=place, at=at, by=SYSTEM)
    except Refusal as no:
        raise house.Trouble(no.sentence) from None
    print(
        f"好了:{place.name}的管理员可以用登录名 {username} 登录 /accounts/login/,并请先设两步验证。"
    )
    return 0


def _ask(what: str) -> str:
    """One line from the keyboard (or from a pipe)."""
    return input(f"{what}:").strip()


def _secret(what: str) -> str:
    """A line that is not shown while it is typed."""
    return getpass.getpass(f"{what}:") if sys.stdin.isatty() else input().strip()
