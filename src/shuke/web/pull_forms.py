"""The forms in which somebody says where files are fetched from: one for each way, alike in all else."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shuke.intake.fields import LIVE_ONLY
from shuke.intake.models import Import
from shuke.pulls import fetching
from shuke.pulls.fetching.databases.servers import without_user
from shuke.pulls.models import Pull


def _text(name: str, label: str, hint: str = "", *, required: bool = True, **more: str) -> forms.CharField:
    longest = Pull._meta.get_field(name).max_length
    widget = forms.TextInput(attrs={"autocomplete": "off", **more})
    return forms.CharField(max_length=longest, label=label, help_text=hint, required=required, widget=widget)


class PullForm(forms.Form):
    """What all ways have in common; `PLACE` are the fields of the way, between the name and the time."""

    PLACE: tuple[str, ...] = ()

    name = _text(
        "name",
        gettext_lazy("What it is called"),
        gettext_lazy("What your colleagues call it, for example “Orders of the ERP”."),
    )
    source = forms.CharField(
        max_length=50,
        label=gettext_lazy("Source"),
        help_text=gettext_lazy("As you name it when you send a file of the same system."),
    )
    kind = forms.ChoiceField(
        choices=[(kind, words) for kind, words in Import.Kind.choices if kind not in LIVE_ONLY],
        label=gettext_lazy("What comes"),
    )
    every = forms.ChoiceField(
        choices=[("hour", gettext_lazy("every hour")), ("day", gettext_lazy("every day"))],
        label=gettext_lazy("How often"),
    )
    daily_at = forms.TimeField(
        required=False,
        label=gettext_lazy("Time of the day"),
        help_text=gettext_lazy("For every day only."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def clean(self) -> dict:
        told = super().clean()
        if told.get("every") == "day" and not told.get("daily_at"):
            self.add_error("daily_at", _("Say at what time."))
        if told.get("every") == "hour":
            told["daily_at"] = None
        return told

    def words(self) -> dict:
        """What the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "every"}


class UrlForm(PullForm):
    PLACE = ("address", "user", "secret")

    address = _text("address", gettext_lazy("Address"), placeholder=fetching.EXAMPLES["url"])
    user = _text("user", gettext_lazy("User"), gettext_lazy("Blank if the secret is a token."), required=False)
    secret = forms.CharField(
        required=False,
        label=gettext_lazy("Password or token"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class SftpForm(PullForm):
    PLACE = ("address", "user", "secret", "folder", "pattern")

    address = _text("address", gettext_lazy("Server"), placeholder=fetching.EXAMPLES["sftp"])
    user = _text("user", gettext_lazy("User"))
    secret = forms.CharField(
        required=False,
        label=gettext_lazy("Password or private key"),
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
    )
    folder = _text("folder", gettext_lazy("Folder"), gettext_lazy("Blank is where the log-in leads."), required=False)
    pattern = _text("pattern", gettext_lazy("Names of the files"), placeholder="orders-*.csv")


class SqlForm(PullForm):
    PLACE = ("address", "user", "secret", "query")

    address = _text(
        "address",
        gettext_lazy("Database"),
        gettext_lazy(
            "PostgreSQL: postgresql://db.example.com:5432/shop. MySQL and MariaDB: mysql://db.example.com:3306/shop. "
            "With ?sslmode=require behind it, it is read over an encrypted connection only."
        ),
    )
    user = _text(
        "user",
        gettext_lazy("User"),
        gettext_lazy("Best one who may only read. Blank if the address names the user, as in mysql://reader@…"),
        required=False,
    )
    secret = forms.CharField(
        required=False,
        label=gettext_lazy("Password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    query = forms.CharField(
        label=gettext_lazy("Query"),
        max_length=20_000,
        help_text=gettext_lazy("One SELECT; the names of its columns are the header of the file."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "placeholder": "SELECT …"}),
    )

    def clean(self) -> dict:
        told = super().clean()
        told["address"], named = without_user(told.get("address", ""))
        told["user"] = told.get("user") or named
        if not told["user"]:
            self.add_error("user", self.fields["user"].error_messages["required"])
        return told


FORMS: dict[str, type[PullForm]] = {Pull.Way.URL: UrlForm, Pull.Way.SFTP: SftpForm, Pull.Way.SQL: SqlForm}
FIRST = ("name", "source", "kind")
LAST = ("every", "daily_at")


def form_of(way: str, answers: Mapping[str, Any] | None, **more: Any) -> PullForm:
    """The form of a way: what it is called, where it is, when it is fetched."""
    form = FORMS[way](answers, **more)
    form.order_fields((*FIRST, *form.PLACE, *LAST))
    return form


def initial(pull: Pull) -> dict[str, Any]:
    """What stands in the form of a pull; the secret never does."""
    shown = (name for name in ("name", "kind", *FORMS[pull.way].PLACE, "daily_at") if name != "secret")
    every = "day" if pull.daily_at else "hour"
    return {**{name: getattr(pull, name) for name in shown}, "source": pull.source.code, "every": every}
