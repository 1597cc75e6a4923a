"""Connections to addresses that somebody has typed in: never to this machine, and into networks only as allowed.

The name is resolved once, every address that it has is checked, and the connection goes to the one that was checked; a
second look-up could give another one. Redirects are not followed. Source: OWASP, Server Side Request Forgery.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TRANSLATED = [ipaddress.ip_network(words) for words in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""NAT64, 6to4 and Teredo: behind such an address may stand any address of the old internet, private ones too."""
OFFICE = [ipaddress.ip_network(words) for words in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
"""What people number their own networks with. Source: RFC 1918, RFC 4193."""
METADATA = ipaddress.ip_network("fd00:ec2::/32")
"""Where a cloud tells its machines their passwords; the other places of that sort are in no office's network."""


class Forbidden(Exception):
    """Where we do not go; `address` is what the name leads to, blank if that was not even asked."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        super().__init__(address)


class Unknown(Forbidden):
    """The name leads nowhere."""


class Insecure(Forbidden):
    """The public internet is reached by https only."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network] = ()) -> int:
    """Send `body`, return the status of the answer. Forbidden, httpx.HTTPError."""
    with sent("POST", url, headers, body=body, allowed=allowed) as answer:
        return answer.status_code


@contextmanager
def sent(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    body: bytes | None = None,
    allowed: Sequence[Network] = (),
    timeout: httpx.Timeout = TIMEOUT,
) -> Iterator[httpx.Response]:
    """The answer to a request, its body still to be read. Forbidden, httpx.HTTPError.

    `allowed` are the networks beside the public internet to which requests may go; only there plain http is enough.
    """
    parts = urlsplit(url)
    address = checked_address(url, allowed=allowed)
    shown = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    there = parts._replace(netloc=f"{shown}{port}").geturl()
    with httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            method,
            there,
            content=body,
            headers={**headers, "Host": f"{parts.hostname}{port}"},
            extensions={"sni_hostname": parts.hostname},
        )
        answer = client.send(request, stream=True)
        try:
            yield answer
        finally:
            answer.close()


def checked_address(url: str, *, allowed: Sequence[Network] = ()) -> str:
    """The address to connect to. Forbidden if any address of the name is not one to which we go, Unknown, Insecure."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise Forbidden from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Forbidden
    address = _resolved(parts.hostname, port, _is_public, allowed)
    if parts.scheme == "http" and not _lies_in(allowed, ipaddress.ip_address(address)):
        raise Insecure(address)
    return address


def office_address(host: str, port: int, *, allowed: Sequence[Network] = ()) -> str:
    """As `checked_address`, for servers that an office keeps beside us: its private networks are no secret place."""
    return _resolved(host, port, lambda address: _is_public(address) or _is_of_an_office(address), allowed)


def _resolved(host: str, port: int, may_be_reached: Callable[[Address], bool], allowed: Sequence[Network]) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Unknown from None
    addresses = [_plain(ipaddress.ip_address(str(place[4][0]).split("%")[0])) for place in found]
    for address in addresses:
        if not (may_be_reached(address) or _lies_in(allowed, address)):
            raise Forbidden(str(address))
    if not addresses:
        raise Unknown
    return str(addresses[0])


def _plain(address: Address) -> Address:
    return getattr(address, "ipv4_mapped", None) or address


def _lies_in(networks: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in networks)


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not _lies_in(TRANSLATED, address)


def _is_of_an_office(address: Address) -> bool:
    return _lies_in(OFFICE, address) and address not in METADATA
