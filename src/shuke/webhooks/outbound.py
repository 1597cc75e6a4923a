"""Requests to addresses that somebody has typed in: never to this machine or its network, and never anywhere else.

The name is resolved once, every address that it has is checked, and the connection goes to the one that was checked; a
second look-up could give another one. Redirects are not followed. Source: OWASP, Server Side Request Forgery.
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
TRANSLATED = [ipaddress.ip_network(words) for words in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
"""NAT64, 6to4 and Teredo: behind such an address may stand any address of the old internet, private ones too."""


class Forbidden(Exception):
    """The address leads where we do not go, or nowhere."""


def post(url: str, body: bytes, headers: Mapping[str, str], *, allowed: Sequence[Network] = ()) -> int:
    """Send `body`, return the status of the answer. Forbidden, httpx.HTTPError.

    `allowed` are the networks beside the public internet to which requests may go; only there plain http is enough.
    """
    parts = urlsplit(url)
    address = checked_address(url, allowed=allowed)
    shown = f"[{address}]" if ":" in address else address
    port = f":{parts.port}" if parts.port else ""
    there = parts._replace(netloc=f"{shown}{port}").geturl()
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        request = client.build_request(
            "POST",
            there,
            content=body,
            headers={**headers, "Host": f"{parts.hostname}{port}"},
            extensions={"sni_hostname": parts.hostname},
        )
        answer = client.send(request, stream=True)
        answer.close()
    return answer.status_code


def checked_address(url: str, *, allowed: Sequence[Network] = ()) -> str:
    """The address to connect to. Forbidden if any address of the name is not one to which we go."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
            raise Forbidden
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise Forbidden from None
    addresses = [ipaddress.ip_address(place[4][0].split("%")[0]) for place in found]
    if not addresses or not all(_may_be_reached(address, parts.scheme, allowed) for address in addresses):
        raise Forbidden
    return str(addresses[0])


def _may_be_reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, scheme: str, allowed: Sequence[Network]
) -> bool:
    """A public address over https, or one in a network that the installation allows."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in allowed):
        return True
    hidden = any(plain in network for network in TRANSLATED)
    return scheme == "https" and plain.is_global and not plain.is_multicast and not hidden
