"""The sample of the week: drawn once it can be, so a machine that was off on Monday draws it later."""

from django.utils.timezone import localdate
from procrastinate.contrib.django import app

from shuke.suggestions import queries, services


@app.periodic(cron="* * * * *")
@app.task(name="suggestions.draw_if_due", queueing_lock="suggestions.draw_if_due")
def draw_if_due(timestamp: int) -> None:
    """Every minute: has this week a sample? Where no run has a pattern to use there is none."""
    today = localdate()
    if not queries.has_sample(queries.week_of(today)):
        services.draw(week=queries.week_of(today), as_of=today)
