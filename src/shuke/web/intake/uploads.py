"""Files that somebody has sent and not imported yet: kept encrypted, remembered by the session of whoever sent them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO, Self

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import Http404, HttpRequest

from shuke.intake import services
from shuke.intake.models import Import
from shuke.intake.queries import history

SESSION_KEY = "uploads"
MOST = 5
"""Files that one session remembers; older ones that were not imported are thrown away."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A kept file, its name at home, the source that it is from, and its key, sealed by the key ring."""

    path: str
    name: str
    source: str
    sealed_key: str

    @property
    def token(self) -> str:
        return Path(self.path).name

    @property
    def key(self) -> bytes:
        sealed = bytes.fromhex(self.sealed_key)
        return bytes.fromhex(settings.KEY_RING.decrypt(sealed, field=Import.UPLOAD_KEY))

    @classmethod
    def of(cls, file: BinaryIO, *, name: str, source: str) -> Self:
        path, key = services.keep(file)
        sealed = settings.KEY_RING.encrypt(key.hex(), field=Import.UPLOAD_KEY)
        return cls(str(path), name, source, sealed.hex())


@transaction.atomic
def remember(request: HttpRequest, upload: Upload) -> None:
    """Keep an upload in mind; requests of one session take turns, so that none forgets what another has sent."""
    session = request.session
    Session.objects.select_for_update().filter(pk=session.session_key).first()
    kept = [*session.load().get(SESSION_KEY, {}).values(), asdict(upload)]
    for old in kept[:-MOST]:
        if not history().filter(path=old["path"]).exists():
            Path(old["path"]).unlink(missing_ok=True)
    session[SESSION_KEY] = {Path(each["path"]).name: each for each in kept[-MOST:]}
    session.save()
    session.modified = False  # once more at the end of the request would write over the next one


def find(request: HttpRequest, token: str) -> Upload:
    """The file that this session sent; 404 for one that somebody else sent, or that is gone."""
    stored = _known(request).get(token)
    if stored is None or not Path(stored["path"]).is_file():
        raise Http404
    return Upload(**stored)


def knows(request: HttpRequest, token: str) -> bool:
    return token in _known(request)


def _known(request: HttpRequest) -> Mapping[str, dict[str, str]]:
    return request.session.get(SESSION_KEY, {})
