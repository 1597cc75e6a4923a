"""The worker tries out what somebody has drafted."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

from shuke.core.jobs import RETRY, is_last_try
from shuke.lab import services
from shuke.lab.models import Trial


@app.task(name="lab.try_out", retry=RETRY, pass_context=True)
def try_out(context: JobContext, trial_id: int) -> None:
    """Find out what a draft would do; a trial that has ended, or was forgotten, is left alone."""
    for trial in Trial.objects.select_related("draft").filter(pk=trial_id, finished_at=None):
        try:
            services.try_out(trial=trial)
        except Exception:
            if is_last_try(context):
                services.give_up(trial=trial)
            raise
