"""The page about the company's people: who may log in, and what they may do."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from shuke.core.errors import ShukeError
from shuke.staff import queries, services
from shuke.staff.models import Team, User
from shuke.staff.rights import RIGHTS, SIGHT, Right, Role
from shuke.web.access import needs

TEAM_LENGTH = Team._meta.get_field("name").max_length


class PersonForm(forms.Form):
    """Name, role and team; a team that is not there yet is made."""

    name = forms.CharField(max_length=User._meta.get_field("name").max_length, label=gettext_lazy("Name"))
    role = forms.ChoiceField(choices=Role.choices, label=gettext_lazy("Role"))
    team = forms.CharField(
        required=False,
        max_length=TEAM_LENGTH,
        label=gettext_lazy("Team"),
        help_text=gettext_lazy("Choose one, or write the name of a new one."),
        widget=forms.TextInput(attrs={"list": "teams", "autocomplete": "off"}),
    )

    @property
    def words(self) -> dict[str, object]:
        """What the services take."""
        return {**self.cleaned_data, "team": services.team_named(self.cleaned_data["team"])}


class ChangeForm(PersonForm):
    is_active = forms.BooleanField(required=False, label=gettext_lazy("May log in"))


class AddForm(PersonForm):
    username = forms.CharField(max_length=150, label=gettext_lazy("Log-in name"), validators=[User.username_validator])
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        label=gettext_lazy("First password"),
        help_text=gettext_lazy("At least 10 characters. Tell it to them yourself; they can change it."),
    )
    field_order = ("username", "name", "role", "team", "password")


class PasswordForm(forms.Form):
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
        label=gettext_lazy("New password"),
        help_text=gettext_lazy("At least 10 characters. It ends all log-ins of this person."),
    )


@require_GET
@needs(Right.PEOPLE)
def index(request: HttpRequest) -> HttpResponse:
    context = {"people": queries.people(), "roles": _roles()}
    return render(request, "staff/index.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@needs(Right.PEOPLE)
def add(request: HttpRequest) -> HttpResponse:
    form = AddForm(_sent(request), initial={"role": Role.AGENT})
    if request.method == "POST" and _done(
        form, lambda: services.add_user(by=request.user, at=timezone.now(), **form.words)
    ):
        messages.success(request, _("%(name)s can log in now.") % {"name": form.cleaned_data["name"]})
        return redirect("web:people")
    return _form(request, "staff/add.html", form)


@require_http_methods(["GET", "POST"])
@needs(Right.PEOPLE)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    initial = {
        "name": person.name,
        "role": person.role,
        "team": person.team.name if person.team else "",
        "is_active": person.is_active,
    }
    form = ChangeForm(_sent(request), initial=initial)
    if request.method == "POST" and _done(
        form, lambda: services.change_user(user=person, by=request.user, at=timezone.now(), **form.words)
    ):
        messages.success(request, _("Saved."))
        return redirect("web:people")
    return _form(request, "staff/change.html", form, person=person)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@needs(Right.PEOPLE)
def password(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = PasswordForm(_sent(request))
    if request.method == "POST" and _done(
        form,
        lambda: services.set_password(user=person, by=request.user, at=timezone.now(), **form.cleaned_data),
    ):
        messages.success(request, _("The new password of %(name)s holds from now on.") % {"name": person})
        return redirect("web:people")
    return _form(request, "staff/password.html", form, person=person)


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


FIELD_OF = {"username_taken": "username", "username_wrong": "username", "weak_password": "password"}


def _done(form: forms.Form, act) -> bool:
    """Do it if the form is right; what stands against it is told in the form."""
    if not form.is_valid():
        return False
    try:
        act()
    except ShukeError as error:
        form.add_error(FIELD_OF.get(error.code), error.words(_))
        return False
    return True


def _form(request: HttpRequest, template: str, form: forms.Form, **more: object) -> HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "teams": queries.teams(), "roles": _roles(), **more}
    return render(request, template, context, status=status)


def _roles() -> list[dict[str, object]]:
    """What each role sees and may do, for those who hand them out."""
    return [
        {
            "label": role.label,
            "sight": SIGHT[role].label,
            "rights": [right.label for right in Right if right in RIGHTS[role]],
        }
        for role in Role
    ]


urlpatterns = [
    path("people/", index, name="people"),
    path("people/add/", add, name="people.add"),
    path("people/<int:pk>/", change, name="people.change"),
    path("people/<int:pk>/password/", password, name="people.password"),
]
