"""What the list of customers can be narrowed to, read from the address; what it does not understand is left out."""

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shuke.customers.models import Tag
from shuke.scoring.queries import live_groups
from shuke.segments.models import Activity, Quadrant, Segment, Stage, Tier
from shuke.segments.queries import DEFAULT_SORT, NOBODY, SORTS
from shuke.staff.models import User
from shuke.staff.queries import colleagues
from shuke.staff.rights import Sight
from shuke.web.cluster_words import choices


def _letters(name: str) -> forms.ChoiceField:
    choices = [(letter, format_lazy("{} {}", name, letter)) for letter in "ABC"]
    return forms.ChoiceField(required=False, choices=choices, label=name)


def _fifths(name: str) -> forms.TypedChoiceField:
    """A fifth of all customers by one measure; 5 is best."""
    choices = [(fifth, format_lazy("{} {}/5", name, fifth)) for fifth in range(1, 6)]
    return forms.TypedChoiceField(required=False, choices=choices, coerce=int, label=format_lazy("{} 1-5", name))


class ListForm(forms.Form):
    """The state of the list, all of it in its address."""

    q = forms.CharField(required=False, max_length=100)
    tier = forms.ChoiceField(required=False, choices=Tier.choices, label=_("All tiers"))
    activity = forms.ChoiceField(required=False, choices=Activity.choices, label=_("All activity"))
    stage = forms.ChoiceField(required=False, choices=Stage.choices, label=_("All stages"))
    value_quadrant = forms.ChoiceField(required=False, choices=Quadrant.choices, label=_("Any value and loyalty"))
    at_risk = forms.ChoiceField(required=False, choices=[("1", _("On the risk list"))], label=_("Any risk"))
    owner = forms.ChoiceField(required=False, label=_("All owners"))
    tag = forms.ModelChoiceField(Tag.objects.all(), required=False, label=_("All tags"))
    segment = forms.ModelChoiceField(Segment.objects.standing(), required=False, label=_("All segments"))
    cluster = forms.TypedChoiceField(required=False, coerce=int, label=_("All customer groups"))
    r, f, m, t = _letters(_("Recency")), _letters(_("Frequency")), _letters(_("Monetary")), _letters(_("Trend"))
    r_quintile, f_quintile, m_quintile = _fifths(_("Recency")), _fifths(_("Frequency")), _fifths(_("Monetary"))
    sort = forms.ChoiceField(required=False, choices=[(f"{sign}{name}", name) for name in SORTS for sign in ("", "-")])
    after = forms.CharField(required=False, max_length=700)
    before = forms.CharField(required=False, max_length=700)

    def __init__(self, data, *, staff: User) -> None:
        super().__init__(data)
        owners = [] if staff.sight == Sight.OWN else [(str(user.pk), str(user)) for user in colleagues(staff)]
        nobody = [(NOBODY, _("Nobody"))] if staff.sight == Sight.ALL else []
        self.fields["owner"].choices = owners + nobody
        self.fields["cluster"].choices = choices(live_groups())
        self.full_clean()

    def value(self, name: str) -> object:
        return self.cleaned_data.get(name) or ""

    @property
    def filters(self) -> dict[str, object]:
        """The filters that are set, by name."""
        names = set(self.fields) - {"q", "sort", "after", "before"}
        return {name: self.value(name) for name in self.fields if name in names and self.value(name)}

    @property
    def text(self) -> str:
        return str(self.value("q"))

    @property
    def order(self) -> str:
        return str(self.value("sort")) or DEFAULT_SORT

    @property
    def reading(self) -> dict[str, object]:
        """What decides who is in the list, and in which order."""
        return {"filters": self.filters, "text": self.text, "sort": self.order}
