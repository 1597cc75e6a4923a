import pytest

from shuke.intake import queries, services
from shuke.intake.models import Import


@pytest.fixture
def imported(tmp_path):
    """Import a file, or a text as one, to its end; gives its report."""

    def bring(content, **options):
        path = content
        if isinstance(content, str):
            path = tmp_path / "file.csv"
            path.write_text(content, encoding="utf-8")
        this = services.begin(path=path, **options)
        return queries.report(services.run(import_id=this.pk))

    return bring


@pytest.fixture
def brought(tmp_path):
    """A finished import of a text."""

    def bring(text, **options):
        path = tmp_path / f"file-{Import.objects.count()}.csv"
        path.write_text(text, encoding="utf-8")
        return services.run(import_id=services.begin(path=path, **options).pk)

    return bring
