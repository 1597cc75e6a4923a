"""The copy of files that several machines read."""

import pytest

from shuke.runtime.shared_folder import NotShared, SharedFolder


@pytest.fixture
def files(tmp_path):
    made = [tmp_path / f"orders-{month}.parquet" for month in (1, 2, 3)]
    for file in made:
        file.write_text(file.name)
    return made


def names(folder):
    return sorted(path.name for path in (folder / "mirror").iterdir())


def test_it_holds_these_files_and_no_others(tmp_path, files):
    folder = SharedFolder(str(tmp_path / "shared"))
    folder.hold(files[:2])
    folder.hold(files[1:])
    assert names(tmp_path / "shared") == ["orders-2.parquet", "orders-3.parquet"]
    assert (tmp_path / "shared" / "mirror" / "orders-3.parquet").read_text() == "orders-3.parquet"


def test_a_file_that_is_there_is_not_copied_again(tmp_path, files):
    folder = SharedFolder(str(tmp_path / "shared"))
    folder.hold(files)
    copied = tmp_path / "shared" / "mirror" / files[0].name
    before = copied.stat().st_mtime_ns
    folder.hold(files)
    assert copied.stat().st_mtime_ns == before


def test_a_copy_that_was_cut_short_is_made_again(tmp_path, files):
    folder = SharedFolder(str(tmp_path / "shared"))
    folder.hold(files)
    cut = tmp_path / "shared" / "mirror" / files[0].name
    cut.write_text("ord")
    (cut.parent / f"{files[1].name}.part").write_text("ord")
    folder.hold(files)
    assert cut.read_text() == files[0].name
    assert names(tmp_path / "shared") == [file.name for file in files]


def test_spark_is_told_where_a_file_is(tmp_path):
    assert SharedFolder(f"{tmp_path}/").address("a.parquet") == f"file://{tmp_path}/mirror/a.parquet"
    store = SharedFolder("s3://bucket/shuke?endpoint_override=127.0.0.1:9&scheme=http&region=eu-west-1")
    assert store.address("a.parquet") == "s3a://bucket/shuke/mirror/a.parquet"


def test_a_folder_that_cannot_be_written_is_named(tmp_path, files):
    (tmp_path / "shared").write_text("a file stands in its place")
    with pytest.raises(NotShared) as refusal:
        SharedFolder(str(tmp_path / "shared")).hold(files)
    assert str(tmp_path / "shared") in refusal.value.words()


@pytest.fixture
def store(monkeypatch):
    """The address of a folder in an object store on this machine, and a look into it."""
    pytest.importorskip("moto", reason="needs moto of the extra `dev`")
    import boto3
    from moto.server import ThreadedMotoServer

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    place = "{}:{}".format(*server.get_host_and_port())
    client = boto3.client("s3", endpoint_url=f"http://{place}", region_name="us-east-1")
    client.create_bucket(Bucket="bucket")

    def look():
        found = client.list_objects_v2(Bucket="bucket")["Contents"]
        return {each["Key"]: each["Size"] for each in found if not each["Key"].endswith("/")}

    yield f"s3://bucket/shuke?endpoint_override={place}&scheme=http&region=us-east-1", look
    server.stop()


def test_an_object_store_holds_these_files_and_no_others(files, store):
    address, look = store
    folder = SharedFolder(address)
    folder.try_out()
    folder.hold(files[:2])
    folder.hold(files[1:])
    assert look() == {f"shuke/mirror/{file.name}": file.stat().st_size for file in files[1:]}


def test_a_bucket_that_is_not_there_is_named(files, store):
    address, _look = store
    with pytest.raises(NotShared) as refusal:
        SharedFolder(address.replace("//bucket/", "//another/")).hold(files)
    assert "s3://another/shuke" in refusal.value.words()
