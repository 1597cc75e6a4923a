"""The worker's way to an import."""

from contextlib import suppress

from django.db import close_old_connections
from procrastinate import JobContext
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, is_last_try
from shuke.intake import services
from shuke.intake.reading import Unusable


@app.task(name="intake.run", retry=RETRY, pass_context=True)
def run(context: JobContext, import_id: int) -> None:
    """Run or resume an import; a file that cannot be taken, or an error that does not go away, is told by itself."""
    try:
        with suppress(Unusable):
            services.run(import_id=import_id)
    except Exception:
        if is_last_try(context):
            close_old_connections()  # the error may have been the end of ours
            services.give_up(import_id=import_id)
        raise


@app.task(name="intake.undo", retry=RETRY)
def undo(import_id: int) -> None:
    """Take an import back; a second run finds it done."""
    services.undo(import_id=import_id)
