"""The worker's way to an import."""

from contextlib import suppress

from procrastinate.contrib.django import app

from shuke.intake import services
from shuke.intake.reading import Unusable


@app.task(name="intake.run")
def run(import_id: int) -> None:
    """Run or resume an import; a file that cannot be taken is told by the import itself."""
    with suppress(Unusable):
        services.run(import_id=import_id)
