"""Why an address is not one to which pulls go, in words for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from shuke.core import outbound
from shuke.pulls.fetching.places import Access
from shuke.pulls.problems import AddressForbidden, AddressInsecure, AddressUnknown


@contextmanager
def told(host: str | None) -> Iterator[None]:
    """AddressForbidden, AddressInsecure or AddressUnknown where `outbound` refuses to go to `host`."""
    try:
        yield
    except outbound.Unknown:
        raise AddressUnknown(host=host) from None
    except outbound.Insecure:
        raise AddressInsecure(host=host) from None
    except outbound.Forbidden as refusal:
        raise AddressForbidden(host=host, address=refusal.address) from None


def server_address(host: str, port: int, access: Access) -> str:
    """The address of a server that may stand in an office, to connect to. Raises as `told`."""
    with told(host):
        return outbound.office_address(host, port, allowed=access.allowed)
