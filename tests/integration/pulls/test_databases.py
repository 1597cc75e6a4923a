"""A shop's database, a PostgreSQL and a MariaDB: what comes in, and what neither we nor a query may do there."""

import pytest
from django.utils import timezone

from integration.pulls.mysql_server import rogue
from integration.pulls.servers import PASSWORD
from shuke.history.models import Order
from shuke.pulls import keeping, queries, services
from shuke.pulls.fetching import databases, reached
from shuke.pulls.models import Pull, PullRun
from shuke.pulls.problems import NotOneSelect, QueryRefused, SecretNeeded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _agreed(agreed):
    agreed()


def orders():
    return sorted(Order.objects.values_list("source_key", "amount"))


def why(this):
    return queries.failure(this).code


def content(pull):
    """What a pull would bring."""
    with reached(queries.access(pull)) as place:
        (file,) = place.files()
        with place.opened(file, before={}) as stream:
            return b"".join(stream.chunks).decode()


class TestEach:
    def test_the_rows_of_a_query_are_imported(self, books, pull_of, fetch):
        this = fetch(pull_of(books))
        assert this.status == PullRun.Status.DONE, this.failure
        assert orders() == [("A1", 12050), ("A2", 8800)]
        assert str(Order.objects.get(source_key="A1").ordered_at) == "2026-10-01 04:00:00+00:00"

    def test_the_same_rows_are_not_imported_twice(self, books, pull_of, fetch):
        pull = pull_of(books)
        fetch(pull)
        assert [file["state"] for file in fetch(pull).found] == ["unchanged"]
        books.do("UPDATE shop.orders SET 实付金额 = 99 WHERE 订单号 = 'A2'")
        assert [file["state"] for file in fetch(pull).found] == ["imported"]
        assert orders() == [("A1", 12050), ("A2", 9900)]

    def test_a_result_without_rows_brings_nothing_and_is_no_failure(self, books, pull_of, fetch):
        this = fetch(pull_of(books, query="SELECT * FROM shop.orders WHERE 1 = 0"))
        assert (this.status, this.failure, orders()) == (PullRun.Status.DONE, {}, [])

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            pytest.param("SELECT * FROM shop.oders", "shop.oders", id="no-such-table"),
            pytest.param("SELECT amuont FROM shop.orders", "amuont", id="no-such-column"),
            pytest.param("SELEC 1", "SELEC", id="no-sql"),
            pytest.param("SELECT 1; SELECT 2", "does not take the query", id="two"),
        ],
    )
    def test_a_query_that_cannot_run_is_refused_when_it_is_entered(self, books, pull_of, query, words):
        with pytest.raises(QueryRefused) as refused:
            pull_of(books, query=query)
        assert words in str(refused.value)
        assert not Pull.objects.exists()

    def test_a_query_that_can_run_no_longer_is_said(self, books, pull_with, fetch):
        this = fetch(pull_with(books, "SELECT * FROM shop.oders"))
        assert (this.status, "shop.oders" in str(queries.failure(this))) == (PullRun.Status.FAILED, True)

    def test_a_database_that_cannot_be_asked_stands_in_no_pulls_way(self, books, pull_of):
        scheme = books.fields["address"].split(":")[0]
        assert pull_of(books, address=f"{scheme}://127.0.0.1:1/shop").pk

    def test_a_semicolon_at_the_end_hurts_nobody(self, books, pull_of, fetch):
        assert fetch(pull_of(books, query="SELECT * FROM shop.orders;\n")).status == PullRun.Status.DONE

    def test_a_wrong_password_is_said_and_told_nowhere(self, books, pull_of, fetch):
        this = fetch(pull_of(books, secret="wrong 密码"))
        assert why(this) == "pull_denied"
        assert "密码" not in str(this.failure)

    def test_a_database_that_is_not_there_is_said_by_its_name(self, books, pull_of, fetch):
        address = books.fields["address"].rsplit("/", 1)[0]
        this = fetch(pull_of(books, address=f"{address}/nowhere"))
        assert (why(this), this.failure["params"]["database"]) == ("pull_database_unknown", "nowhere")

    def test_a_database_that_stops_answering_is_left(self, books, pull_of, fetch, monkeypatch):
        sleep = "pg_sleep" if books.fields["address"].startswith("postgresql") else "sleep"
        pull = pull_of(books, query=f"SELECT {sleep}(60)")
        monkeypatch.setattr(databases, "WHOLE_SECONDS", 1)
        assert why(fetch(pull)) == "pull_unreachable"

    def test_another_server_is_told_nothing_before_its_password_is_entered(self, books, pull_of):
        pull = pull_of(books)
        asked = {"by": None, "at": timezone.now(), "version": pull.version, "source": "shop"}
        with rogue("mysql_native_password") as elsewhere:
            with pytest.raises(SecretNeeded):
                services.change(pull=pull, address=elsewhere.fields["address"], **asked)
            assert elsewhere.sent == b""

    def test_what_is_kept_of_a_password_is_encrypted(self, books, pull_of):
        assert PASSWORD.encode() not in bytes(pull_of(books).secret)


TABLES = {
    "postgresql": """CREATE TABLE shop.kinds (number numeric(14, 4), tiny numeric(12, 8), at timestamptz,
        wall timestamp, day date, hour time, raw bytea, words text, whole bigint, missing text)""",
    "mysql": """CREATE TABLE shop.kinds (number decimal(14, 4), tiny decimal(12, 8), at timestamp(6) NULL,
        wall datetime(6), day date, hour time, raw varbinary(20), words text, whole bigint, missing text)""",
}
RAW = {"postgresql": r"'\x00ff'", "mysql": "x'00ff'"}


def test_both_sorts_make_the_same_file_of_the_same_rows(postgresql, mysql, pull_of, settings):
    files = []
    for sort, server in (("postgresql", postgresql), ("mysql", mysql)):
        words = "'熟客, \"quoted\"\nline 😀'"
        row = f"'2026-02-28', '09:05:00', {RAW[sort]}, {words}, 9007199254740993, NULL"
        inserted = f"(1234567.5, 0, '2026-01-02 03:04:05.25', '2026-01-02 03:04:05', {row})"
        zone = {"postgresql": "SET TimeZone = 'Asia/Shanghai'", "mysql": "SET time_zone = '+08:00'"}[sort]
        server.do(zone, TABLES[sort], f"INSERT INTO shop.kinds VALUES {inserted}")
        if sort == "postgresql":
            server.do("ALTER TABLE shop.kinds OWNER TO shop")
        files.append(content(pull_of(server, name=sort, query="SELECT * FROM shop.kinds")))
    assert files[0] == files[1]
    assert files[0].startswith(
        "number,tiny,at,wall,day,hour,raw,words,whole,missing\n"
        "1234567.5000,0.00000000,2026-01-02 03:04:05.250000+08:00,2026-01-02 03:04:05,2026-02-28,09:05:00,00ff,"
    )


class TestPostgreSql:
    @pytest.mark.parametrize("tls", ["require", "verify-full"])
    def test_a_server_that_offers_no_tls_is_refused_where_tls_is_asked_for(self, postgresql, pull_of, fetch, tls):
        address = f"{postgresql.fields['address']}?sslmode={tls}"
        assert why(fetch(pull_of(postgresql, address=address))) == "pull_not_encrypted"

    @pytest.mark.parametrize(
        "query",
        [
            "DELETE FROM shop.orders",
            "WITH gone AS (DELETE FROM shop.orders RETURNING *) SELECT * FROM gone",
            "SELECT * FROM shop.orders; COMMIT; DELETE FROM shop.orders",
            "SELECT shop.empty()",
            "SELECT set_config('transaction_read_only', 'off', false), shop.empty()",
            "COPY shop.orders TO PROGRAM 'true'",
        ],
    )
    def test_a_query_that_writes_is_refused_by_the_database(self, postgresql, pull_with, fetch, query):
        postgresql.do("CREATE FUNCTION shop.empty() RETURNS int LANGUAGE sql AS 'DELETE FROM shop.orders RETURNING 1'")
        this = fetch(pull_with(postgresql, query))
        assert (this.status, why(this)) == (PullRun.Status.FAILED, "pull_query_refused")
        assert postgresql.do("SELECT count(*) FROM shop.orders") == [(2,)]

    def test_words_that_quote_a_customer_are_not_told(self, postgresql, pull_with, fetch):
        this = fetch(pull_with(postgresql, "SELECT 会员卡号::int FROM shop.orders"))
        assert (why(this), "C1" in str(this.failure)) == ("pull_query_refused", False)

    def test_a_query_that_takes_too_long_is_ended(self, postgresql, pull_of, fetch, monkeypatch):
        monkeypatch.setattr(databases.postgresql, "STATEMENT_SECONDS", 1)
        assert why(fetch(pull_of(postgresql, query="SELECT pg_sleep(60)"))) == "pull_query_refused"


class TestMySql:
    @pytest.mark.parametrize(
        "query",
        [
            "DELETE FROM shop.orders",
            "CALL shop.wipe()",
            "BEGIN NOT ATOMIC COMMIT; DELETE FROM shop.orders; END",
            "SELECT shop.empty()",
            "SELECT * FROM shop.orders; DELETE FROM shop.orders",
            "SELECT * FROM shop.orders INTO OUTFILE '{file}'",
            "SELECT * FROM shop.orders /*! INTO OUTFILE '{file}' */",
            "SELECT 1) AS one INTO OUTFILE '{file}' #",
            "SELECT * FROM shop.orders FOR UPDATE",
            "SET SESSION TRANSACTION READ WRITE",
            "EXECUTE IMMEDIATE 'DELETE FROM shop.orders'",
            "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE shop.orders",
        ],
    )
    def test_a_query_that_does_more_than_read_is_refused(self, mysql, pull_of, pull_with, fetch, tmp_path, query):
        mysql.do(
            "CREATE FUNCTION shop.empty() RETURNS int BEGIN DELETE FROM shop.orders; RETURN 1; END",
            "CREATE PROCEDURE shop.wipe() BEGIN COMMIT; START TRANSACTION READ WRITE; DELETE FROM shop.orders; END",
        )
        tmp_path.chmod(0o777)
        written = tmp_path / "rows"
        query = query.format(file=written)
        with pytest.raises(QueryRefused):
            pull_of(mysql, query=query)
        assert isinstance(queries.failure(fetch(pull_with(mysql, query))), QueryRefused)
        assert (mysql.do("SELECT count(*) FROM shop.orders"), written.exists()) == ([(2,)], False)

    def test_what_a_query_may_be_is_said(self, mysql, pull_of):
        with pytest.raises(NotOneSelect, match="A query is one SELECT"):
            pull_of(mysql, query="SHOW TABLES")

    @pytest.mark.parametrize(
        "query",
        [
            "WITH some AS (SELECT * FROM shop.orders) SELECT * FROM some",
            "(SELECT * FROM shop.orders) UNION (SELECT * FROM shop.orders) ORDER BY 1 LIMIT 2",
            "SELECT a.*, b.* FROM shop.orders a JOIN shop.orders b ON a.订单号 = b.订单号 -- the same names twice",
        ],
    )
    def test_whatever_reads_is_taken(self, mysql, pull_of, query):
        assert content(pull_of(mysql, query=query)).count("\n") == 3

    def test_words_that_quote_a_customer_are_not_told(self, mysql, pull_with, fetch):
        refusing = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = card"
        mysql.do(f"CREATE FUNCTION shop.looked(card text) RETURNS int BEGIN {refusing}; RETURN 1; END")
        this = fetch(pull_with(mysql, "SELECT shop.looked(会员卡号) FROM shop.orders"))
        assert (why(this), "C1" in str(this.failure)) == ("pull_query_refused", False)

    def test_a_view_is_read_by_a_user_who_may_see_nothing_else(self, mysql, pull_of):
        mysql.do(
            "CREATE VIEW shop.seen AS SELECT 订单号 FROM shop.orders",
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM shop@'127.0.0.1'",
            "GRANT SELECT ON shop.seen TO shop@'127.0.0.1'",
        )
        assert content(pull_of(mysql, query="SELECT * FROM shop.seen ORDER BY 1")) == "订单号\nA1\nA2\n"

    def test_a_query_that_takes_too_long_is_ended(self, mysql, pull_of, fetch, monkeypatch):
        monkeypatch.setattr(databases.mysql, "STATEMENT_SECONDS", 1)
        this = fetch(pull_of(mysql, query="SELECT sum(sin(seq)) FROM shop.seq_1_to_100000000000"))
        assert (why(this), "max_statement_time" in str(queries.failure(this))) == ("pull_query_refused", True)

    def test_a_result_without_end_is_cut_and_its_rest_is_not_waited_for(self, mysql, pull_of, fetch, monkeypatch):
        monkeypatch.setattr(keeping, "MOST_BYTES", 3 << 20)
        this = fetch(pull_of(mysql, query="SELECT seq AS 订单号 FROM shop.seq_1_to_100000000000"))
        assert (why(this), orders()) == ("pull_too_large", [])

    def test_flags_are_numbers_and_a_date_of_zeros_is_none(self, mysql, pull_of):
        mysql.do(
            "SET sql_mode = ''",
            "CREATE TABLE shop.odd (gone bit(1), flags bit(9), at datetime, born date, seen timestamp NULL)",
            "INSERT INTO shop.odd VALUES (b'1', b'100000001', 0, 0, 0), (b'0', NULL, '2026-02-00', '2026-02-00', NULL)",
        )
        read = content(pull_of(mysql, query="SELECT * FROM shop.odd"))
        assert read == "gone,flags,at,born,seen\n1,257,,,\n0,,2026-02-00 00:00:00,2026-02-00,\n"

    def test_text_of_another_character_set_comes_as_it_reads(self, mysql, pull_of):
        mysql.do(
            "CREATE TABLE shop.old (name varchar(20)) CHARACTER SET gbk",
            "INSERT INTO shop.old VALUES ('王小明')",
        )
        assert content(pull_of(mysql, query="SELECT * FROM shop.old")) == "name\n王小明\n"

    @pytest.mark.parametrize("tls", ["disable", "prefer", "require"])
    def test_the_connection_is_as_encrypted_as_the_address_asks_for(self, mysql, pull_of, tls):
        address = f"{mysql.fields['address']}?sslmode={tls}"
        query = "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'"
        assert content(pull_of(mysql, address=address, query=query)).endswith("\n0\n" if tls == "disable" else "\n1\n")

    def test_a_certificate_is_trusted_if_somebody_trusted_has_signed_it(self, mysql, pull_of, fetch, monkeypatch):
        pull = pull_of(mysql, address=f"{mysql.fields['address']}?sslmode=verify-full")
        assert why(fetch(pull)) == "pull_not_encrypted"
        monkeypatch.setenv("SSL_CERT_FILE", str(mysql.authority))
        assert fetch(pull).status == PullRun.Status.DONE

    @pytest.mark.parametrize(
        "plugin",
        """mysql_clear_password mysql_old_password dialog sha256_password caching_sha2_password client_ed25519
        parsec""".split(),
    )
    def test_a_server_that_asks_for_the_password_itself_does_not_get_it(self, pull_of, fetch, plugin):
        with rogue(plugin) as server:
            assert why(fetch(pull_of(server))) == "pull_login_unsafe"
            assert (PASSWORD.encode() in server.sent, server.sent_after) == (False, b"")

    @pytest.mark.parametrize("plugin", ["caching_sha2_password", "sha256_password"])
    def test_the_password_of_a_newer_mysql_goes_through_tls(self, mysql, pull_of, fetch, plugin):
        with rogue(plugin, mysql.tls) as server:
            fetch(pull_of(server))
            assert (server.sent + server.sent_after).endswith(PASSWORD.encode() + b"\0")

    def test_a_server_that_offers_no_tls_is_told_nothing_where_tls_is_asked_for(self, pull_of, fetch):
        with rogue("mysql_native_password") as server:
            pull = pull_of(server, address=f"{server.fields['address']}?sslmode=require")
            assert (why(fetch(pull)), server.sent) == ("pull_not_encrypted", b"")

    def test_a_port_of_something_else_is_said(self, sftp, pull_of, fetch):
        address = f"mysql://127.0.0.1:{sftp.port}/shop"
        fields = {"user": "shop", "secret": PASSWORD, "query": "SELECT 1"}
        this = fetch(pull_of(sftp, way="sql", address=address, pattern="", folder="", host_key="", **fields))
        assert why(this) == "pull_strange_answer"
