"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from shuke.config.startup import kept_for_good
from shuke.runtime.process import die_with_parent

# The server's worker outlives a killed server, and would keep the port.
die_with_parent()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuke.config.settings")
with kept_for_good():
    application = get_wsgi_application()
