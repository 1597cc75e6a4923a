"""Reading about the sites of the beacon."""

from datetime import date

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shuke.beacon.models import TAKEN, Ending, Site, Tally


def site(key: str) -> Site | None:
    """The site that sends under this key, if anything is taken of it."""
    return Site.objects.open().filter(key=key).first() if "\x00" not in key else None


def sites(*, on: date) -> QuerySet[Site]:
    """All sites with their `written` and `refused` events of a day, those that are stopped last."""
    written, refused = Q(ending=Ending.WRITTEN), ~Q(ending__in=TAKEN)
    counted = Site.objects.annotate(written=_events(on, written), refused=_events(on, refused))
    return counted.order_by(F("stopped_at").asc(nulls_first=True), "-pk")


def endings(site: Site, *, on: date) -> list[Tally]:
    """What became of a site's events on a day, in the order in which endings are declared."""
    order = Ending.values
    return sorted(site.tallies.filter(day=on), key=lambda tally: order.index(tally.ending))


def _events(on: date, which: Q) -> Coalesce:
    of_site = Tally.objects.filter(which, site=OuterRef("pk"), day=on).order_by().values("site")
    return Coalesce(Subquery(of_site.annotate(all=Sum("events")).values("all")), 0)
