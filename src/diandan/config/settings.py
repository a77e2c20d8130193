"""Django's settings, all of them computed from `env.py`; nothing here is one centre's own."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from . import env

SOURCE = Path(__file__).resolve().parent.parent

HOME = env.home()
DEMO = env.DEMO.flag()
DEBUG = env.DEBUG.flag()
ALLOWED_HOSTS = [*env.ALLOWED_HOSTS.words(), "testserver"]
PUBLIC_URL = env.public_url()
PROXIES = env.PROXIES.number()
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]


def _secret(path: Path) -> str:
    """The signing secret, made on first use so that a fresh centre needs nothing typed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(os.urandom(32).hex())
    return path.read_text().strip()


SECRET_KEY = _secret(env.SECRET_FILE.path() or HOME / "secret.key")
DIANDAN_KEY_FILE = str(env.KEY_FILE.path() or HOME / "master.key")
DIANDAN_DIVISIONS = env.DIVISIONS.path()
DIANDAN_HOTLINE_URL = env.HOTLINE_URL.text()
DIANDAN_HOTLINE_DIR = str(env.HOTLINE_DIR.path() or HOME / "hotline")
WAYS_OUT = env.ways_out()
DIANDAN_PLACE = env.PLACE.text()
DIANDAN_DISPATCHERS = env.DISPATCHERS.number()
DIANDAN_SMS_KIND = env.SMS_KIND.text()

DATABASES = {
    "default": {
        **dj_database_url.parse(env.database_url()),
        # A connection a request costs 14 times as much as one kept.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Login"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "diandan.ground.record",
    "diandan.ground.places",
    "diandan.ground.people",
    "diandan.ground.posts",
    "diandan.ground.catalogue",
    "diandan.ground.presence",
    "diandan.ground.notify",
    "diandan.path.ask",
    "diandan.path.assess",
    "diandan.path.bundle",
    "diandan.path.dispatch",
    "diandan.path.engage",
    "diandan.path.fulfil",
    "diandan.path.grade",
    "diandan.path.ledger",
    "diandan.square.star",
    "diandan.square.bank",
    "diandan.square.mall",
    "diandan.square.certificate",
    "diandan.square.dual_points",
    "diandan.flow",
    "diandan.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "diandan.web.lost.WrongLinkMiddleware",
    "diandan.web.door.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "diandan.config.urls"
WSGI_APPLICATION = "diandan.config.wsgi.application"
LOGIN_URL = "/me/sign-in"
LOGIN_REDIRECT_URL = "/me/"

# Everybody signs in by phone and code; staff may also use a name with a password or a passkey.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_ADAPTER = "diandan.web.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# A desk's computer is shared: a password's session ends with the browser. A phone stays signed in.
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "点单"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")
# Wrong passwords are counted in one place, by axes in the database, not per web worker as well.
ACCOUNT_RATE_LIMITS = {"login_failed": "300/m/ip"}
AXES_FAILURE_LIMIT = 6
AXES_COOLOFF_TIME = 0.5  # hours
# A wrong password locks this name from this address, so that nobody can lock out a clerk from afar.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "diandan.web.accounts.adapter.address"
AXES_USERNAME_FORM_FIELD = "login"
AXES_LOCKOUT_CALLABLE = "diandan.web.accounts.adapter.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "diandan.web.door.frame",
            ],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LOCALE_PATHS = [SOURCE / "web" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise complains of a folder not collected into yet
STATICFILES_DIRS = [SOURCE / "web" / "static"]
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 6 * 1024 * 1024

# A tile provider, where the centre has one, is the only foreign address a page may take pictures from.
MAP_TILES = env.MAP_TILES.text()
_tiles = urlsplit(MAP_TILES)
TILE_HOSTS = [f"{_tiles.scheme}://{_tiles.netloc}".replace("{s}", "*")] if _tiles.netloc else []

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", *TILE_HOSTS],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env.LOG_LEVEL.text()},
    "loggers": {"axes": {"level": "WARNING"}},
}
