"""Fetch one run in a process of its own, for tests that kill it: `run_pull.py ID HOME`."""

import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

from django.conf import settings  # noqa: E402

from shuke.pulls import services  # noqa: E402  there are no models before

settings.SHUKE = settings.SHUKE.model_copy(update={"pull_allow": "127.0.0.0/8", "home": Path(sys.argv[2])})
services.run(run_id=int(sys.argv[1]))
