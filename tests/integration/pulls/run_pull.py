"""Runs pulls by the numbers of their runs, for tests that kill them: `run_pull.py HOME`."""

import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

from django.conf import settings  # noqa: E402

import forks  # noqa: E402  there are no models before
from shuke.pulls import services  # noqa: E402

settings.SHUKE = settings.SHUKE.model_copy(update={"pull_allow": "127.0.0.0/8", "home": Path(sys.argv[1])})
forks.serve(lambda number: services.run(run_id=number))
