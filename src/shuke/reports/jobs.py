"""The figures of the dashboard follow each run."""

from procrastinate.contrib.django import app

from shuke.reports import services


@app.task(name="reports.refresh")
def refresh(run_id: int) -> None:
    """Count anew what the dashboard shows."""
    services.refresh(run_id=run_id)
