"""Run one import in a process of its own, for tests that kill it: `run_import.py ID`."""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

from shuke.intake import services  # noqa: E402  there are no models before

print("ready", flush=True)
services.run(import_id=int(sys.argv[1]))
