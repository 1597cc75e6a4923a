"""What people fill in about a customer."""

from calendar import monthrange

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.customers.models import Customer, Exclusion, Tag
from shuke.customers.services import EDITABLE, Purpose
from shuke.scoring.buying import Named
from shuke.staff.models import User
from shuke.staff.queries import colleagues
from shuke.web.goods import articles, wanted

EARLIEST_BIRTH = 1900
LEAP_YEAR = 2000
LUNAR_MONTH_DAYS = 30


class ProfileForm(forms.ModelForm):
    """The profile as people edit it, with the version that they saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    birth_month = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("Month of birth"),
        choices=[("", "–"), *((month, str(month)) for month in range(1, 13))],
    )
    birth_day = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("Day of birth"),
        choices=[("", "–"), *((day, str(day)) for day in range(1, 32))],
    )

    class Meta:
        model = Customer
        fields = EDITABLE
        labels = {
            "name": gettext_lazy("Name"),
            "birth_year": gettext_lazy("Year of birth"),
            "birth_calendar": gettext_lazy("Calendar"),
            "birth_leap_month": gettext_lazy("Born in a leap month"),
            "home_store": gettext_lazy("Home store"),
        }

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        self.fields["home_store"].empty_label = "–"
        self.fields["birth_year"].widget.attrs |= {"min": EARLIEST_BIRTH, "max": localdate().year}
        self.initial.setdefault("version", self.instance.version)

    def clean_birth_year(self) -> int | None:
        year = self.cleaned_data["birth_year"]
        if year is not None and not EARLIEST_BIRTH <= year <= localdate().year:
            raise forms.ValidationError(_("A year between %(first)s and this one.") % {"first": EARLIEST_BIRTH})
        return year

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        month, day = cleaned.get("birth_month"), cleaned.get("birth_day")
        if (month is None) != (day is None):
            self.add_error("birth_day", _("A birthday has a month and a day."))
        elif month and day > self._longest(month):
            self.add_error("birth_day", _("This month has no such day."))
        return cleaned

    def _longest(self, month: int) -> int:
        if self.cleaned_data.get("birth_calendar") == Customer.Calendar.LUNAR:
            return LUNAR_MONTH_DAYS
        return monthrange(self.cleaned_data.get("birth_year") or LEAP_YEAR, month)[1]

    @property
    def changes(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in EDITABLE}


class TagForm(forms.Form):
    name = forms.CharField(max_length=Tag._meta.get_field("name").max_length)

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].replace("#", " ").strip()
        if not name:
            raise forms.ValidationError(_("A tag needs a word."))
        return name


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(User.objects.none(), required=False)

    def __init__(self, *args: object, staff: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(staff)


class OpenContactForm(forms.Form):
    """Why a contact is opened."""

    purpose = forms.ChoiceField(choices=Purpose.choices)
    note = forms.CharField(required=False, max_length=200)


class ExclusionForm(forms.Form):
    """What a customer does not want: named by a suggestion, or typed as a category or an article's code or name."""

    category = forms.CharField(required=False, max_length=100)
    product_id = forms.IntegerField(required=False)
    goods = forms.CharField(required=False, max_length=300)
    reason = forms.ChoiceField(choices=Exclusion.Reason)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if (product_id := cleaned.get("product_id")) is not None:
            self.named: list[Named] = [{"product_id": pk} for pk in articles([product_id])]
        else:
            self.named = wanted(cleaned.get("category") or cleaned.get("goods", ""))
        if not self.named:
            raise forms.ValidationError("", code="nothing_named")
        return cleaned
