"""Any history of merges, of their undoing and of other work: the promises hold after each step."""

import pytest
from django.db import transaction
from django.utils.timezone import now
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

import shop
from integration.customers.test_merging import content, follow_up, listed
from shuke.core.registries import invariants
from shuke.customers import merging, services
from shuke.customers.merging import Pair
from shuke.customers.models import CustomerTag, Identity, Merge
from shuke.staff.rights import Role

PEOPLE = 5
people = st.integers(0, PEOPLE - 1)


class Histories(RuleBasedStateMachine):
    """A shop of five, each with tags and an owner or without; a model says who is whose."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = transaction.atomic()
        self.sandbox.__enter__()
        self.lead = shop.user("lead", Role.OPERATIONS)
        agent = shop.user("agent", Role.AGENT)
        self.people = [listed(f"王{n}", owner=agent if n % 2 else None) for n in range(PEOPLE)]
        for place, customer in enumerate(self.people):
            services.add_tag(customer=customer, name=f"tag {place % 3}", by=self.lead, at=now())
            if place % 2:
                follow_up(customer, agent, due_in=place)
        self.homes = dict(Identity.objects.values_list("pk", "customer"))
        self.before = content()
        self.stack: list[Merge] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.sandbox.__exit__(None, None, None)

    @rule(kept=people, absorbed=people)
    def merge(self, kept: int, absorbed: int) -> None:
        pair = Pair(self.people[kept].pk, self.people[absorbed].pk)
        shells = {merge.absorbed_id for merge in self.stack}
        if kept == absorbed or {pair.kept, pair.absorbed} & shells:
            with pytest.raises((merging.SamePerson, merging.ChangedMeanwhile)):
                merging.merge(pair=pair, by=self.lead, at=now())
        else:
            self.stack.append(merging.merge(pair=pair, by=self.lead, at=now()))

    @precondition(lambda self: len(self.stack) < PEOPLE - 1)
    @rule(data=st.data())
    def merge_two_who_stand(self, data: st.DataObject) -> None:
        shells = {merge.absorbed_id for merge in self.stack}
        standing = st.sampled_from([customer.pk for customer in self.people if customer.pk not in shells])
        kept, absorbed = data.draw(st.lists(standing, min_size=2, max_size=2, unique=True))
        self.stack.append(merging.merge(pair=Pair(kept, absorbed), by=self.lead, at=now()))

    @precondition(lambda self: self.stack)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        merge = data.draw(st.sampled_from(self.stack))
        if merge.kept_id in {other.absorbed_id for other in self.stack}:
            with pytest.raises(merging.MergedFurther):
                merging.undo(merge=merge, by=self.lead, at=now())
        else:
            merging.undo(merge=merge, by=self.lead, at=now())
            self.stack.remove(merge)

    @invariant()
    def every_identity_is_where_the_standing_merges_lead(self) -> None:
        into = {merge.absorbed_id: merge.kept_id for merge in self.stack}

        def root(customer: int) -> int:
            return root(into[customer]) if customer in into else customer

        expected = {identity: root(home) for identity, home in self.homes.items()}
        assert dict(Identity.objects.values_list("pk", "customer")) == expected

    @invariant()
    def whoever_stands_has_the_tags_of_all_they_are(self) -> None:
        for merge in self.stack:
            tags = set(CustomerTag.objects.filter(customer=merge.absorbed_id).values_list("tag", flat=True))
            assert tags <= set(CustomerTag.objects.filter(customer=merge.kept_id).values_list("tag", flat=True))

    @invariant()
    def verify_finds_no_fault(self) -> None:
        assert [fault for check in invariants for fault in check()] == []

    @invariant()
    def with_everything_undone_the_content_is_as_it_was(self) -> None:
        if not self.stack:
            assert content() == self.before


@pytest.mark.django_db
def test_whatever_is_merged_and_undone_the_promises_hold():
    limits = {"max_examples": 25, "stateful_step_count": 16, "deadline": None, "derandomize": True}
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(Histories, settings=settings(**limits, suppress_health_check=checks, database=None))
