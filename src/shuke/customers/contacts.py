"""Contact points as they are compared, kept and shown: one normal form, a fingerprint, and a mask."""

import phonenumbers
from django.conf import settings

from shuke.customers.models import ContactPoint

Kind = ContactPoint.Kind
FEWEST_FIGURES = 7


def normal(kind: Kind | str, text: str) -> str:
    """The one way in which a contact is written: phones in E.164, e-mail in lower case; empty if it is none."""
    text = text.strip()
    if kind == Kind.PHONE:
        return _e164(text)
    if kind == Kind.EMAIL:
        return text.lower() if "@" in text else ""
    return text


def guess(text: str) -> tuple[Kind, str] | None:
    """What somebody who types `text` into a search box may mean: a phone, an e-mail, or nothing of the kind."""
    if "@" in text:
        return Kind.EMAIL, normal(Kind.EMAIL, text)
    if sum(character.isdigit() for character in text) < FEWEST_FIGURES or any(map(str.isalpha, text)):
        return None
    number = _e164(text)
    return (Kind.PHONE, number) if number else None


def seal(value: str) -> bytes:
    return settings.KEY_RING.encrypt(value, field=ContactPoint.FIELD)


def unseal(point: ContactPoint) -> str:
    """The contact in clear; only `services.open_contact` may show it to a person."""
    return settings.KEY_RING.decrypt(point.value, field=ContactPoint.FIELD)


def fingerprint(value: str) -> bytes:
    """The blind index under which a contact in its normal form is found."""
    return settings.KEY_RING.blind_index(value, field=ContactPoint.FIELD)


def masked(point: ContactPoint) -> str:
    """138****5678, w***@example.com: enough to know it again, too little to use it."""
    value = unseal(point)
    if point.kind == Kind.PHONE:
        figures = local(value)
        return f"{figures[:3]}****{figures[-4:]}" if len(figures) >= 11 else f"****{figures[-3:]}"
    name, at, host = value.partition("@")
    return f"{name[:1]}***{at}{host}"


def local(number: str) -> str:
    """A phone as people at home write it: without the country's own prefix."""
    home = phonenumbers.country_code_for_region(settings.SHUKE.region)
    return number.removeprefix(f"+{home}")


def _e164(text: str) -> str:
    try:
        number = phonenumbers.parse(text, settings.SHUKE.region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
