import gzip
import io

import pytest

from shuke.intake.reading import files, sealed, sources


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        pytest.param("utf-8", "utf-8", id="utf-8"),
        pytest.param("utf-8-sig", "utf-8-sig", id="utf-8-with-mark"),
        pytest.param("utf-16", "utf-16", id="utf-16-with-mark"),
        pytest.param("gb18030", "gb18030", id="gb18030"),
        pytest.param("gbk", "gb18030", id="gbk-is-part-of-gb18030"),
    ],
)
def test_chinese_text_is_recognised_without_being_told(written, encoding, found):
    survey = written("订单号,客户\n1,王小明\n", encoding=encoding)
    assert survey.encoding == found
    assert survey.sample == "订单号,客户\n1,王小明\n"


def test_an_encoding_that_is_named_is_used(written):
    survey = written("order,name\n1,José\n", encoding="cp1252", as_encoding="windows-1252")
    assert survey.sample.endswith("José\n")


def test_western_accents_are_not_silently_read_as_chinese(written):
    with pytest.raises(sources.DoubtfulEncoding) as refusal:
        written("order,name\n1,Ann\n2,Ren\u00e9e B\u00e9rard\n", encoding="cp1252")
    assert refusal.value.params == {"file": "orders.csv", "line": 3}


@pytest.mark.parametrize("told", ["王小明", "訂單,客戶", "臺北市信義區松仁路100號", "烏龍茶250公克\n2,女"])
def test_big5_is_not_silently_read_as_gb18030(written, told):
    with pytest.raises(sources.DoubtfulEncoding) as refusal:
        written(f"order,note\n1,{told}\n", encoding="big5")
    assert refusal.value.params["line"] == 2
    assert told in written(f"order,note\n1,{told}\n", encoding="big5", as_encoding="big5").sample


@pytest.mark.parametrize("told", ["王喆", "朱镕基の店", "ＡＢＣ１２", "𠮷野家", "￥10　℃"])
def test_rare_characters_and_signs_are_no_reason_to_doubt(written, told):
    assert told in written(f"order,note\n1,{told}\n", encoding="gb18030").sample


def test_bytes_of_no_encoding_are_refused_with_the_furthest_line(written):
    with pytest.raises(sources.UnreadableBytes) as refusal:
        written("订单号,客户\n".encode() + b"1,a\n" * 5 + b"2,\xff\xff\n")
    assert refusal.value.params["line"] == 7


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        pytest.param(b"", sources.Empty, id="nothing"),
        pytest.param(b" \n\r\n", sources.Empty, id="blanks"),
        pytest.param(b"a,b\n1,\x00\x01\n", sources.NotText, id="binary"),
        pytest.param(gzip.compress(b"a,b\n1,2\n" * 99)[:-9], files.Damaged, id="gz-cut-off"),
        pytest.param(gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000), files.PackedTooTightly, id="bomb"),
    ],
)
def test_what_is_no_text_is_refused_by_name(written, content, refusal):
    with pytest.raises(refusal) as refused:
        written(content)
    assert "orders.csv" in str(refused.value)


def test_an_unknown_encoding_is_refused(written):
    with pytest.raises(sources.UnknownEncoding):
        written("a,b\n", as_encoding="gb18031")
    with pytest.raises(sources.UnknownEncoding):
        written("a,b\n", as_encoding="base64")


def test_a_packed_file_is_read_like_a_plain_one(written):
    packed = written(gzip.compress("订单号,客户\n1,王\n".encode("gb18030")), name="orders.csv.gz")
    assert packed.encoding == "gb18030"
    assert packed.sample == "订单号,客户\n1,王\n"


@pytest.mark.parametrize("size", [0, 10, sealed.FRAME_BYTES, sealed.FRAME_BYTES * 2 + 1])
def test_a_kept_file_is_read_like_a_plain_one_and_only_with_its_key(tmp_path, size):
    plain, kept, key = b"order,total\n" + b"1,2\n" * (size // 4), tmp_path / "kept", sealed.new_key()
    with kept.open("wb") as file:
        sealed.seal(io.BytesIO(plain), file, key)
    assert b"order" not in kept.read_bytes()
    survey = sources.survey(kept, name="orders.csv", key=key)
    assert (survey.name, survey.unpacked_bytes) == ("orders.csv", len(plain))
    with pytest.raises(OSError, match="does not open"):
        sources.survey(kept, key=sealed.new_key())


def test_a_kept_file_that_was_cut_at_a_frame_does_not_open(tmp_path):
    kept, key = tmp_path / "kept", sealed.new_key()
    with kept.open("wb") as file:
        sealed.seal(io.BytesIO(b"1,2\n" * sealed.FRAME_BYTES), file, key)
    kept.write_bytes(kept.read_bytes()[: sealed.FRAME_BYTES + sealed.TAG_BYTES])
    with pytest.raises(OSError, match="does not open"):
        sources.survey(kept, key=key)


@pytest.mark.parametrize("encoding", ["undefined", "a\0b", "rot13", "no-such"])
def test_an_encoding_that_nobody_can_write_in_is_refused(written, encoding):
    with pytest.raises(sources.UnknownEncoding):
        written("a,b\n1,2\n", as_encoding=encoding)


def _kept(tmp_path, packed: bytes):
    key = sealed.new_key()
    with (tmp_path / "kept").open("wb") as file:
        sealed.seal(io.BytesIO(packed), file, key)
    return {"path": tmp_path / "kept", "name": "orders.csv.gz", "key": key}


def test_a_large_packed_file_is_read_from_where_it_is_kept(tmp_path):
    text = "".join(f"{number},{number * 7919 % 10007}\n" for number in range(300_000))
    found = sources.survey(**_kept(tmp_path, gzip.compress(text.encode())))
    assert found.unpacked_bytes == len(text) > 2 * sources.BLOCK_BYTES


def test_what_is_packed_too_tightly_or_damaged_is_refused_where_it_is_kept(tmp_path):
    with pytest.raises(files.PackedTooTightly):
        sources.survey(**_kept(tmp_path, gzip.compress(b"0" * 20_000_000)))
    whole = gzip.compress("".join(map(str, range(500_000))).encode())
    with pytest.raises(files.Damaged):
        sources.survey(**_kept(tmp_path, whole[:-8] + b"\0" * 8))
