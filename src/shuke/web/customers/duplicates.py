"""People who stand twice: pairs to decide, merges to undo, and merging by hand."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shuke.core.jobs import enqueue
from shuke.customers import merging
from shuke.customers.duplicates import queries, services, words
from shuke.customers.merging import Pair
from shuke.customers.models import Customer, Merge
from shuke.segments.queries import COUNTED, found
from shuke.staff.rights import Right
from shuke.web.access import needs
from shuke.web.customers.pairs import compared, of_candidates
from shuke.web.customers.profile import visible

SHOWN = 10
MERGES_SHOWN = 100
HITS = 8


class DecisionForm(forms.Form):
    """What somebody says of a pair, and which versions of the two they saw."""

    decision = forms.ChoiceField(choices=[(name, name) for name in ("merge", "apart", "later")])
    kept = forms.IntegerField(required=False)
    first_version = forms.IntegerField()
    second_version = forms.IntegerField()


@require_GET
@needs(Right.MERGE)
def index(request: HttpRequest) -> HttpResponse:
    """The pairs that wait for a decision, the surest first."""
    waiting = queries.candidates(request.user)
    context = {
        "pairs": of_candidates(waiting[:SHOWN]),
        "waiting": waiting.order_by()[: COUNTED + 1].count(),
        "last": queries.last_search(),
        "shows": "waiting",
    }
    return render(request, "customers/duplicates.html", context)


@require_GET
@needs(Right.MERGE)
def merged(request: HttpRequest) -> HttpResponse:
    """What was merged, by whom and why, with the way back."""
    rows = queries.merges(request.user)[:MERGES_SHOWN]
    told = [{"merge": row, "confidence": words.confidence(row.probability), "why": _why(row)} for row in rows]
    return render(request, "customers/merges.html", {"merges": told, "shows": "merged"})


@require_POST
@needs(Right.MERGE)
def search(request: HttpRequest) -> HttpResponse:
    """Have all customers looked at again."""
    enqueue("customers.find_duplicates", key="customers.find_duplicates")
    messages.success(request, _("The search has begun; look again in some minutes."))
    return redirect("web:duplicates")


@require_POST
@needs(Right.MERGE)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Merge a pair, tell it apart, or put it off; answers with one line in its place."""
    candidate = get_object_or_404(queries.candidates(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(_("Choose what to do with these two."), status=422, content_type="text/plain")
    answers = form.cleaned_data
    first, second = candidate.first, candidate.second
    done = None
    if answers["decision"] == "merge":
        kept, absorbed = (second, first) if answers["kept"] == second.pk else (first, second)
        done = merging.merge(
            pair=Pair(kept.pk, absorbed.pk, candidate.evidence, candidate.probability),
            by=request.user,
            at=now(),
            versions={first.pk: answers["first_version"], second.pk: answers["second_version"]},
        )
    elif answers["decision"] == "apart":
        merging.keep_apart(first=first, second=second, by=request.user, at=now())
    else:
        services.put_off(candidate=candidate, by=request.user, at=now())
    context = {"decision": answers["decision"], "first": first, "second": second, "merge": done}
    return render(request, "customers/_decided.html", context)


@require_POST
@needs(Right.MERGE)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Make two of one again."""
    merge = get_object_or_404(queries.merges(request.user), pk=pk)
    kept = visible(request.user, merge.kept_id) if merge.undone_at is None else merge.kept
    merging.undo(merge=merge, by=request.user, at=now())
    messages.success(request, _("%(name)s is a customer of their own again.") % {"name": merge.absorbed})
    return redirect("web:customers.detail", kept.pk)


@require_http_methods(["GET", "POST"])
@needs(Right.MERGE)
def by_hand(request: HttpRequest, pk: int) -> HttpResponse:
    """Search for the other one, look at both side by side, and merge them."""
    customer = visible(request.user, pk)
    other = _other(request, customer)
    if request.method == "POST" and other:
        return _merge_by_hand(request, customer, other)
    text = request.GET.get("q", "").replace("\x00", "").strip()
    hits = [row for row in found(staff=request.user, text=text, limit=HITS + 1) if row.pk != pk] if text else []
    pair = compared(customer, other) if other else None
    context = {"customer": customer, "other": other, "pair": pair, "text": text, "hits": hits[:HITS]}
    return render(request, "customers/merge.html", context)


def _merge_by_hand(request: HttpRequest, customer: Customer, other: Customer) -> HttpResponse:
    form = DecisionForm({**request.POST.dict(), "decision": "merge"})
    if not form.is_valid():
        raise Http404
    answers = form.cleaned_data
    merging.merge(
        pair=Pair(customer.pk, other.pk),
        by=request.user,
        at=now(),
        versions={customer.pk: answers["first_version"], other.pk: answers["second_version"]},
    )
    messages.success(request, _("Merged. The merge can be undone at any time."))
    return redirect(reverse("web:customers.detail", args=[customer.pk]))


def _other(request: HttpRequest, customer: Customer) -> Customer | None:
    """The one to be merged into `customer`; 404 for whom `request.user` may not see."""
    key = request.POST.get("with") or request.GET.get("with") or ""
    if not key:
        return None
    if not key.isascii() or not key.isdigit() or len(key) > 18 or int(key) == customer.pk:
        raise Http404
    return visible(request.user, int(key))


def _why(merge: Merge) -> list[str]:
    speaks_for, against = words.told(merge.evidence)
    return speaks_for + against
