"""The WSGI door that granian serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diandan.config.settings")
application = get_wsgi_application()

from diandan.ops.serving import allow, step_down  # noqa: E402  (Django comes first)

allow()
step_down()
