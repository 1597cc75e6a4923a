"""The call list and the board by request: who may, what comes back, and nothing twice."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from shuke.core.models import AuditEntry
from shuke.customers import contacts
from shuke.customers.models import ContactPoint
from shuke.followups import services
from shuke.followups.models import FollowUp, Waiting
from shuke.staff.rights import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def li(shop):
    return shop.colleague("Li")


@pytest.fixture
def wang(shop):
    return shop.colleague("Wang")


@pytest.fixture
def work(shop, li) -> FollowUp:
    return shop.follow_up(owner=li, due_on=localdate(), reasons=[{"code": "never_contacted"}])


def complete(client, follow_up, **answers):
    return client.post(reverse("web:follow_ups.complete", args=[follow_up.pk]), answers, headers={"HX-Request": "true"})


def test_the_list_says_who_why_and_why_now(as_, li, work):
    page = as_(li).get(reverse("web:today")).content.decode()
    assert str(work.customer) in page
    assert "Nobody has spoken with this customer yet" in page


def test_the_list_of_one_agent_is_hidden_from_another(as_, wang, work):
    client = as_(wang)
    assert str(work.customer) not in client.get(reverse("web:today")).content.decode()
    assert complete(client, work, outcome="reached").status_code == 404
    assert client.post(reverse("web:follow_ups.move", args=[work.pk]), {"column": "doing"}).status_code == 404
    work.refresh_from_db()
    assert work.closed_at is None


def test_an_agent_cannot_look_over_a_colleagues_shoulder_by_number(as_, wang, li, work):
    page = as_(wang).get(reverse("web:today"), {"whose": li.pk}).content.decode()
    assert str(work.customer) not in page


def test_a_manager_chooses_whose_list_it_is(as_, shop, li, wang, work):
    other = shop.follow_up(owner=wang, due_on=localdate())
    boss = shop.colleague("boss", role=Role.OPERATIONS)
    page = as_(boss).get(reverse("web:today"), {"whose": li.pk}).content.decode()
    assert f'id="follow-up-{work.pk}"' in page
    assert f'id="follow-up-{other.pk}"' not in page


def test_closing_answers_with_the_row_and_the_figures_of_the_day(as_, li, work):
    answer = complete(as_(li), work, outcome="reached", note="fine")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "call-closed" in page
    assert 'hx-swap-oob="true"' in page
    work.refresh_from_db()
    assert (work.outcome, work.note, work.closed_by) == ("reached", "fine", li)


@pytest.mark.parametrize("answers", [{}, {"outcome": "nonsense"}, {"outcome": "promised"}])
def test_an_answer_that_does_not_fit_gives_the_row_back_with_the_reason(as_, li, work, answers):
    answer = complete(as_(li), work, **answers)
    assert answer.status_code == 422
    assert f'id="follow-up-{work.pk}"' in answer.content.decode()
    work.refresh_from_db()
    assert work.closed_at is None


def test_the_slower_of_two_gets_a_409_that_names_the_faster(as_, shop, li, work):
    boss = shop.colleague("boss", role=Role.OPERATIONS)
    services.complete(follow_up=work, outcome="refused", by=boss, at=now())
    answer = complete(as_(li), work, outcome="reached")
    assert answer.status_code == 409
    assert "boss has already closed this follow-up" in answer.content.decode()


def test_a_quick_date_is_a_promise(as_, li, work):
    complete(as_(li), work, promise_in="3")
    work.refresh_from_db()
    assert (work.outcome, work.promised_on) == ("promised", localdate() + timedelta(3))


def test_a_wrong_number_is_remembered_as_one(as_, li, work):
    point = ContactPoint.objects.create(
        identity=work.customer.identities.get(),
        kind=ContactPoint.Kind.PHONE,
        value=contacts.seal("+8614200000001"),
        blind_index=contacts.fingerprint("+8614200000001"),
    )
    complete(as_(li), work, outcome="wrong_number", phone=point.pk)
    point.refresh_from_db()
    assert point.invalid_since is not None


def test_a_number_is_masked_until_it_is_opened_and_the_opening_is_written_down(as_, shop, li, wang, work):
    point = ContactPoint.objects.create(
        identity=work.customer.identities.get(),
        kind=ContactPoint.Kind.PHONE,
        value=contacts.seal("+8614200000001"),
        blind_index=contacts.fingerprint("+8614200000001"),
    )
    address = reverse("web:follow_ups.phone", args=[work.pk, point.pk])
    page = as_(li).get(reverse("web:today")).content.decode()
    assert "142****0001" in page
    assert "14200000001" not in page
    assert as_(wang).post(address).status_code == 404
    assert "tel:14200000001" in as_(li).post(address).content.decode()
    (entry,) = AuditEntry.objects.filter(action="contact_point.opened")
    assert (entry.actor_id, entry.details["note"]) == (li.pk, f"#{work.pk}")


def test_the_number_of_another_customer_is_not_opened_through_this_one(as_, shop, li, work):
    stranger = shop.customer(owner=li)
    point = ContactPoint.objects.create(
        identity=stranger.identities.get(), kind="phone", value=contacts.seal("+8614200000002"), blind_index=b"x"
    )
    assert as_(li).post(reverse("web:follow_ups.phone", args=[work.pk, point.pk])).status_code == 404


def test_taking_more_opens_those_who_wait(as_, shop, li):
    customer = shop.customer(owner=li)
    Waiting.objects.create(customer=customer, owner=li, due_on=localdate(), value_at_risk=5)
    client = as_(li)
    assert "1 more waits for a place" in client.get(reverse("web:today")).content.decode()
    client.post(reverse("web:today.more"))
    assert FollowUp.objects.get().customer == customer
    assert not Waiting.objects.exists()


def test_handing_over_needs_the_right(as_, shop, li, wang, work):
    address = reverse("web:follow_ups.hand_over", args=[work.pk])
    assert as_(li).post(address, {"to": wang.pk}).status_code == 403
    boss = shop.colleague("boss", role=Role.OPERATIONS)
    assert "Handed to Wang" in as_(boss).post(address, {"to": wang.pk}).content.decode()
    work.refresh_from_db()
    assert work.owner == wang


def test_the_board_says_nothing_until_something_changes(as_, li, work):
    client = as_(li)
    state = client.get(reverse("web:board")).context["state"]
    address = reverse("web:board.changes")
    assert client.get(address, {"after": state}).status_code == 204
    services.move(follow_up=work, stage="doing", by=li, at=now())
    answer = client.get(address, {"after": state})
    assert answer.status_code == 200
    assert client.get(address, {"after": answer.context["state"]}).status_code == 204


def test_a_card_is_not_done_without_an_outcome(as_, li, work):
    client, address = as_(li), reverse("web:follow_ups.move", args=[work.pk])
    answer = client.post(address, {"column": "done"}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (422, "A follow-up is closed with an outcome. Choose one.")
    assert client.post(address, {"column": "done", "outcome": "busy"}).status_code == 204
    work.refresh_from_db()
    assert work.outcome == "busy"


def test_a_column_that_does_not_exist_is_refused(as_, li, work):
    answer = as_(li).post(
        reverse("web:follow_ups.move", args=[work.pk]), {"column": "nowhere"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 422


def test_the_list_costs_as_many_queries_for_twenty_as_for_two(as_, shop, li, django_assert_max_num_queries):
    client = as_(li)
    for _number in range(20):
        shop.follow_up(owner=li, due_on=localdate())
    with django_assert_max_num_queries(16):
        client.get(reverse("web:today"))
