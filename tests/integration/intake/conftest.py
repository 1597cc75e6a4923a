import pytest

from shuke.intake import queries, services


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
