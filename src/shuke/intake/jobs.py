"""The worker's way to an import."""

from contextlib import suppress

from django.db import close_old_connections
from django.utils.timezone import now
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


@app.task(name="intake.measure", retry=RETRY)
def measure(source_id: int) -> None:
    """Measure how good the data of a source is."""
    services.measure(source_id=source_id, at=now())


@app.periodic(cron="41 3 * * *")
@app.task(name="intake.measure_all", queueing_lock="intake.measure_all")
def measure_all(timestamp: int) -> None:
    """Every night: numbers turn out wrong and doubles are found between imports too."""
    services.measure_all(at=now())


@app.periodic(cron="47 3 * * *")
@app.task(name="intake.sweep", queueing_lock="intake.sweep")
def sweep(timestamp: int) -> None:
    services.sweep(at=now())
