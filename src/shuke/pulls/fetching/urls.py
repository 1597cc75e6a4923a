"""A file at a URL: asked for with the marks of the last one, redirects checked one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

import httpx

from shuke.core import outbound
from shuke.pulls.fetching import guard
from shuke.pulls.fetching.places import BLOCK_BYTES, Access, File, Marks, Stream, Unchanged
from shuke.pulls.problems import (
    AnsweredOtherwise,
    Denied,
    NotThere,
    PullFailed,
    RedirectedElsewhere,
    RedirectedTooOften,
    TooSlow,
    Unreachable,
    WrongAddress,
)

EXAMPLE = "https://shop.example.com/export/orders.csv"
TIMEOUT = httpx.Timeout(30.0, connect=10.0)
MOST_REDIRECTS = 5
REFUSALS: dict[int, type[PullFailed]] = {
    HTTPStatus.UNAUTHORIZED: Denied,
    HTTPStatus.FORBIDDEN: Denied,
    HTTPStatus.NOT_FOUND: NotThere,
    HTTPStatus.GONE: NotThere,
}
MARKS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
"""What a server says of a file → how to ask whether that is still so. Source: RFC 9110, 13.1."""


def validate(access: Access) -> None:
    try:
        is_of_the_web = _is_of_the_web(access.address)
    except ValueError:
        raise WrongAddress(example=EXAMPLE) from None
    if not is_of_the_web:
        raise WrongAddress(example=EXAMPLE)
    with guard.told(urlsplit(access.address).hostname):
        outbound.checked_address(access.address, allowed=access.allowed)


@contextmanager
def reached(access: Access) -> Iterator["Url"]:
    yield Url(access)


@dataclass(frozen=True, slots=True)
class Url:
    """A single file, which the last part of its address names."""

    access: Access

    def files(self) -> list[File]:
        parts = urlsplit(self.access.address)
        return [File(unquote(PurePosixPath(parts.path).name)[:200] or parts.hostname or self.access.name)]

    @contextmanager
    def opened(self, file: File, *, before: Marks) -> Iterator[Stream]:
        url = self.access.address
        try:
            for _redirect in range(MOST_REDIRECTS + 1):
                with self._asked(url, before) as answer:
                    if not answer.has_redirect_location:
                        yield _stream(answer, urlsplit(url).hostname)
                        return
                    url = self._redirected(url, answer)
        except httpx.TimeoutException:
            raise TooSlow(host=urlsplit(url).hostname) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Unreachable(host=urlsplit(url).hostname) from None
        raise RedirectedTooOften(host=urlsplit(url).hostname)

    def _redirected(self, url: str, answer: httpx.Response) -> str:
        """Where a server sends us; RedirectedElsewhere if that is no address of the web."""
        host = urlsplit(url).hostname
        try:
            following = urljoin(url, answer.headers["Location"])
            is_of_the_web = _is_of_the_web(following)
        except ValueError:
            raise RedirectedElsewhere(host=host, to="…") from None
        if not is_of_the_web:
            raise RedirectedElsewhere(host=host, to=f"{urlsplit(following).scheme}:…")
        return following

    @contextmanager
    def _asked(self, url: str, before: Marks) -> Iterator[httpx.Response]:
        # Unpacked bytes would come in blocks of any size; a file that comes packed is unpacked by intake, with a guard.
        headers = {"User-Agent": "Shuke", "Accept-Encoding": "identity"}
        headers |= {asked: before[mark] for mark, asked in MARKS.items() if mark in before}
        if _origin(url) == _origin(self.access.address):
            headers |= self._authorization()
        sent = outbound.sent("GET", url, headers, allowed=self.access.allowed, timeout=TIMEOUT)
        with guard.told(urlsplit(url).hostname), sent as answer:
            yield answer

    def _authorization(self) -> dict[str, str]:
        """With a user's name the secret is a password, without one a token."""
        if not self.access.secret:
            return {}
        if not self.access.user:
            return {"Authorization": f"Bearer {self.access.secret}"}
        request = httpx.Request("GET", "https://unused.invalid")
        signed = next(httpx.BasicAuth(self.access.user, self.access.secret).auth_flow(request))
        return {"Authorization": signed.headers["Authorization"]}


def _is_of_the_web(url: str) -> bool:
    """Whether this names a web server, and nobody who logs in there. ValueError if it is no address at all."""
    parts = urlsplit(url)
    has_port = parts.port is None or parts.port > 0
    return parts.scheme in ("http", "https") and bool(parts.hostname) and has_port and not parts.username


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _stream(answer: httpx.Response, host: str | None) -> Stream:
    if answer.status_code == HTTPStatus.NOT_MODIFIED:
        raise Unchanged
    if answer.status_code != HTTPStatus.OK:
        refusal = REFUSALS.get(answer.status_code, AnsweredOtherwise)
        raise refusal(host=host, status=answer.status_code)
    marks = {mark: answer.headers[mark][:300] for mark in MARKS if mark in answer.headers}
    return Stream(answer.iter_raw(BLOCK_BYTES), marks)
