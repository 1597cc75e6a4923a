"""The day on which a draft is tried, and the store or line with which a pilot begins."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shuke.lab.models import Draft
from shuke.staff.models import Line, Store


class TryForm(forms.Form):
    """The day, and which version of the draft was seen."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    day = forms.DateField(
        label=_("On the day"),
        help_text=_(
            "What was known on the morning of this day is judged twice: by what is in force, and by the draft."
        ),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )


class PilotForm(forms.Form):
    """Whom the pilot is for."""

    scope = forms.ChoiceField(label=_("For the customers of"))

    def __init__(self, data=None) -> None:
        super().__init__(data)
        self.fields["scope"].choices = [
            (_("Stores"), [(f"store:{store.pk}", str(store)) for store in Store.objects.all()]),
            (_("Business lines"), [(f"line:{line.pk}", str(line)) for line in Line.objects.all()]),
        ]


def place_words(draft: Draft) -> str:
    """The store or line of a draft's pilot, by name."""
    if draft.pilot is None:
        return ""
    groups = PilotForm().fields["scope"].choices
    names = {scope: name for _group, scopes in groups for scope, name in scopes}
    return str(names.get(draft.pilot.scope, draft.pilot.scope))
