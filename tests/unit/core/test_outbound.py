"""Requests go where they may and nowhere else, whatever a name resolves to."""

import socket
from ipaddress import ip_network

import pytest

from shuke.core import outbound

PUBLIC = "93.184.216.34"


@pytest.fixture
def resolving(monkeypatch):
    """Let every name have these addresses."""

    def to(*addresses):
        found = [(0, 0, 0, "", (address, 443)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_words: found)

    return to


def test_a_public_address_is_the_one_to_connect_to(resolving):
    resolving(PUBLIC)
    assert outbound.checked_address("https://hooks.example.com/in") == PUBLIC


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
    ::1 :: fe80::1 fc00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1
    64:ff9b:1::1 2002:a00:1::1 2001::1""".split(),
)
def test_this_machine_and_its_networks_are_out_of_reach(resolving, address):
    resolving(address)
    with pytest.raises(outbound.Forbidden):
        outbound.checked_address("https://hooks.example.com/in")


def test_a_name_with_one_private_address_among_others_is_refused(resolving):
    resolving(PUBLIC, "10.0.0.1")
    with pytest.raises(outbound.Forbidden):
        outbound.checked_address("https://hooks.example.com/in")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/in",
        "ftp://hooks.example.com",
        "file:///etc/passwd",
        "https://user:word@hooks.example.com",
        "https://",
        "https://hooks.example.com:99999",
        "nonsense",
    ],
)
def test_only_a_plain_https_address_will_do(resolving, url):
    resolving(PUBLIC)
    with pytest.raises(outbound.Forbidden):
        outbound.checked_address(url)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "[::1]"])
def test_no_way_of_writing_this_machine_gets_through(host):
    with pytest.raises(outbound.Forbidden):
        outbound.checked_address(f"https://{host}/")


def test_a_network_of_ones_own_can_be_allowed_without_https(resolving):
    resolving("10.1.2.3")
    assert outbound.checked_address("http://erp.internal/in", allowed=[ip_network("10.0.0.0/8")]) == "10.1.2.3"
    with pytest.raises(outbound.Forbidden):
        outbound.checked_address("http://erp.internal/in", allowed=[ip_network("10.2.0.0/16")])


@pytest.mark.parametrize("address", [*"10.1.2.3 172.16.0.1 192.168.1.1 fc00::1".split(), PUBLIC])
def test_an_offices_own_servers_are_reached_in_its_network(resolving, address):
    resolving(address)
    assert outbound.office_address("erp.internal", 22) == address


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 169.254.169.254 100.100.100.200 0.0.0.0 224.0.0.1 ::1 :: fe80::1 fd00:ec2::254 ::ffff:127.0.0.1
    ::ffff:169.254.169.254 64:ff9b::a9fe:a9fe""".split(),
)
def test_this_machine_and_its_clouds_secrets_are_no_office(resolving, address):
    resolving(address)
    with pytest.raises(outbound.Forbidden):
        outbound.office_address("erp.internal", 22)


def test_a_network_that_is_allowed_is_reached_whatever_it_is(resolving):
    resolving("127.0.0.1")
    assert outbound.office_address("localhost", 22, allowed=[ip_network("127.0.0.0/8")]) == "127.0.0.1"


def test_a_refusal_says_which_address_it_was(resolving):
    resolving(PUBLIC, "10.1.2.3")
    with pytest.raises(outbound.Forbidden) as refused:
        outbound.checked_address("https://erp.internal/in")
    assert refused.value.address == "10.1.2.3"


def test_plain_http_into_the_internet_is_a_refusal_of_its_own(resolving):
    resolving(PUBLIC)
    with pytest.raises(outbound.Insecure):
        outbound.checked_address("http://hooks.example.com/in")
    resolving("10.1.2.3")
    with pytest.raises(outbound.Forbidden) as refused:
        outbound.checked_address("http://erp.internal/in")
    assert not isinstance(refused.value, outbound.Insecure)


def test_a_name_that_nobody_has_is_unknown(monkeypatch):
    def nothing(*_args, **_words):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(outbound.Unknown):
        outbound.office_address("erp.internal", 22)
