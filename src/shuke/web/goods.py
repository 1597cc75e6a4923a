"""Categories and articles as people call them, and back."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from shuke.analytics.goods import Goods
from shuke.analytics.potential.applying import without_band
from shuke.history.models import Product
from shuke.scoring.buying import Named

__all__ = ["articles", "names", "wanted"]

BANDS = {
    "0": gettext_noop("%(category)s, lower price"),
    "1": gettext_noop("%(category)s, middle price"),
    "2": gettext_noop("%(category)s, upper price"),
}
MOST_OF_A_NAME = 20


def names(items: Iterable[str], goods: Goods) -> dict[str, str]:
    """What each item of suggestions and habits is called; an article that is gone keeps its number."""
    told = set(items)
    if goods == "category":
        return {item: _category(item) for item in told}
    found = articles(map(int, told))
    return {item: found.get(int(item), f"#{item}") for item in told}


def articles(ids: Iterable[int]) -> dict[int, str]:
    """The names of articles by their ids, of those that there are."""
    return {product.pk: str(product) for product in Product.objects.filter(pk__in=list(ids))}


def wanted(text: str) -> list[Named]:
    """What somebody names: a category, or every article of that code or name; nothing where there is none."""
    text = text.strip()
    if text and Product.objects.filter(category=text).exists():
        return [{"category": text}]
    if not text:
        return []
    called = Product.objects.filter(Q(code=text) | Q(name=text)).order_by("pk")
    return [{"product_id": pk} for pk in called.values_list("pk", flat=True)[:MOST_OF_A_NAME]]


def _category(item: str) -> str:
    category, band = without_band(item)
    return _(BANDS[band]) % {"category": category} if band else item
