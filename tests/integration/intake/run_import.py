"""Runs imports by their numbers, for tests that kill them."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"

import django

django.setup()

import forks  # noqa: E402  there are no models before
from shuke.intake import services  # noqa: E402

forks.serve(lambda number: services.run(import_id=number))
