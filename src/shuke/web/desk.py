"""The call list: each follow-up with what one has to know before dialling, and the keys that end it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from shuke.customers import contacts
from shuke.customers.models import ContactPoint
from shuke.customers.queries import phones_of
from shuke.followups import reasons
from shuke.followups.models import FollowUp, Outcome
from shuke.history.models import Interaction
from shuke.history.queries import last_contacts

LAST_CONTACTS = 3
NOTE_LENGTH = 2_000


@dataclass(frozen=True, slots=True)
class Ending:
    """One way to end a follow-up: the key that does it, and how it looks."""

    key: str
    outcome: Outcome
    icon: str
    tone: str


ENDINGS = (
    Ending("1", Outcome.REACHED, "phone-check", "green"),
    Ending("2", Outcome.NO_ANSWER, "phone-off", "slate"),
    Ending("3", Outcome.BUSY, "phone-x", "amber"),
    Ending("4", Outcome.PROMISED, "calendar-plus", "blue"),
    Ending("5", Outcome.REFUSED, "ban", "red"),
    Ending("6", Outcome.WRONG_NUMBER, "user-question", "violet"),
)
TONES = {ending.outcome.value: ending.tone for ending in ENDINGS}
STAGE_TONES = {
    FollowUp.Stage.TODO: "blue",
    FollowUp.Stage.DOING: "amber",
    FollowUp.Stage.WAITING: "violet",
    FollowUp.Stage.DONE: "green",
}
PROMISES = ((1, gettext_lazy("Tomorrow")), (3, gettext_lazy("In 3 days")), (7, gettext_lazy("In a week")))


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number as everybody may see it."""

    pk: int
    masked: str
    invalid: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the list."""

    follow_up: FollowUp
    reasons: Sequence[str]
    phones: Sequence[Phone]
    contacts: Sequence[Interaction]
    today: date

    @property
    def ahead(self) -> bool:
        """Not due yet, but it may be done already."""
        return self.follow_up.due_on > self.today

    @property
    def overdue(self) -> bool:
        return self.follow_up.overdue_on <= self.today

    @property
    def due_words(self) -> str:
        return due_words(self.follow_up, self.today)

    @property
    def due_tone(self) -> str:
        return due_tone(self.follow_up, self.today)


@dataclass(frozen=True, slots=True)
class Card:
    """One card of the board."""

    follow_up: FollowUp
    reason: str
    words: str
    tone: str

    @property
    def id(self) -> str:
        return f"card-{self.follow_up.pk}"


class CompletionForm(forms.Form):
    """How a follow-up ended. A quick date says "promised" by itself."""

    outcome = forms.ChoiceField(choices=Outcome.choices, required=False)
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, label=gettext_lazy("Note"))
    promised_on = forms.DateField(required=False, label=gettext_lazy("Promised date"))
    promise_in = forms.TypedChoiceField(
        choices=[(days, days) for days, _words in PROMISES], coerce=int, empty_value=None, required=False
    )
    phone = forms.IntegerField(required=False)
    version = forms.IntegerField(required=False)

    def clean(self) -> dict:
        cleaned = super().clean()
        days = cleaned.pop("promise_in", None)
        if days:
            cleaned |= {"outcome": Outcome.PROMISED, "promised_on": localdate() + timedelta(days)}
        elif cleaned.get("outcome") != Outcome.PROMISED:
            cleaned["promised_on"] = None  # a date left in the field of another ending
        return cleaned


def calls(follow_ups: Iterable[FollowUp], *, today: date) -> list[Call]:
    """The rows of `follow_ups`, with their phones and contacts read all at once."""
    follow_ups = list(follow_ups)
    customers = [follow_up.customer_id for follow_up in follow_ups]
    phones = _phones(customers)
    spoken = last_contacts(customers, most=LAST_CONTACTS)
    return [
        Call(one, reasons.causes(one), phones[one.customer_id], spoken.get(one.customer_id, []), today)
        for one in follow_ups
    ]


def cards(follow_ups: Iterable[FollowUp], *, today: date) -> list[Card]:
    """The cards of `follow_ups`: open ones say when they are due, closed ones how they ended."""
    return [
        Card(one, next(iter(reasons.of(one)), ""), *_ended(one))
        if one.closed_at
        else Card(one, next(iter(reasons.of(one)), ""), due_words(one, today), due_tone(one, today))
        for one in follow_ups
    ]


def promises(today: date) -> list[dict]:
    """The quick dates of a promise."""
    return [
        {"key": str(key), "days": days, "words": words, "on": today + timedelta(days)}
        for key, (days, words) in enumerate(PROMISES, start=1)
    ]


def due_words(follow_up: FollowUp, today: date) -> str:
    """When it is due: "8 days late" once it is overdue, before that "due 3 days ago", "today", "tomorrow"."""
    late = (today - follow_up.due_on).days
    if follow_up.overdue_on <= today:
        return ngettext("%(days)s day late", "%(days)s days late", late) % {"days": late}
    if late > 0:
        return ngettext("due %(days)s day ago", "due %(days)s days ago", late) % {"days": late}
    if late == 0:
        return pgettext("due", "Today")
    return _("Tomorrow") if late == -1 else _("In %(days)s days") % {"days": -late}


def due_tone(follow_up: FollowUp, today: date) -> str:
    if follow_up.overdue_on <= today:
        return "red"
    if follow_up.due_on < today:
        return "amber"
    return "green" if follow_up.due_on == today else "slate"


def _ended(follow_up: FollowUp) -> tuple[str, str]:
    return follow_up.get_outcome_display(), TONES[follow_up.outcome]


def _phones(customers: Sequence[int]) -> dict[int, list[Phone]]:
    found: dict[int, list[Phone]] = defaultdict(list)
    known = set()
    for point in phones_of(customers):
        customer = point.identity.customer_id
        if (customer, bytes(point.blind_index)) not in known:
            known.add((customer, bytes(point.blind_index)))
            found[customer].append(phone(point))
    return found


def phone(point: ContactPoint) -> Phone:
    return Phone(point.pk, contacts.masked(point), point.invalid_since is not None)
