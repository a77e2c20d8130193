"""One dispatch process of several, for `test_shards.py`: one round of its centres, and it ends."""

from __future__ import annotations

import sys
from datetime import datetime

import django

django.setup()

from diandan.flow.dispatcher import dispatch_once  # noqa: E402
from diandan.flow.sharding import shard_of  # noqa: E402

dispatch_once(datetime.fromisoformat(sys.argv[1]), shard=shard_of(sys.argv[2]))
