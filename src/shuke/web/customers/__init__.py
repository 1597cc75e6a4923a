"""Pages about customers: the list, the search, and everything about one of them."""

from django.urls import path

from shuke.web.customers import account, buying, duplicates, edit, lists, profile

urlpatterns = [
    path("customers/", lists.index, name="customers"),
    path("customers/export/", lists.export, name="customers.export"),
    path("search/", lists.search, name="search"),
    path("customers/<int:pk>/", profile.show, name="customers.detail"),
    path("customers/<int:pk>/timeline/", profile.timeline, name="customers.timeline"),
    path("customers/<int:pk>/orders/<int:order>/", profile.order_lines, name="customers.order"),
    path("customers/<int:pk>/edit/", edit.profile, name="customers.edit"),
    path("customers/<int:pk>/buying/", buying.panel, name="customers.buying"),
    path("customers/<int:pk>/exclusions/", buying.exclude, name="customers.exclude"),
    path("customers/<int:pk>/exclusions/<int:exclusion>/lift/", buying.allow, name="customers.allow"),
    path("customers/<int:pk>/tags/", edit.add_tag, name="customers.tag"),
    path("customers/<int:pk>/tags/<int:tag>/remove/", edit.remove_tag, name="customers.untag"),
    path("customers/<int:pk>/owners/<int:line>/", edit.owner, name="customers.owner"),
    path("customers/<int:pk>/contacts/<int:point>/", edit.open_contact, name="customers.contact"),
    path("customers/<int:pk>/merge/", duplicates.by_hand, name="customers.merge"),
    path("customers/<int:pk>/account/", account.show, name="customers.account"),
    path("customers/<int:pk>/account/dispute/", account.dispute, name="customers.dispute"),
    path("customers/<int:pk>/disputes/<int:number>/", account.decide, name="customers.dispute.decide"),
    path("disputes/", account.disputes, name="disputes"),
    path("duplicates/", duplicates.index, name="duplicates"),
    path("duplicates/merged/", duplicates.merged, name="duplicates.merged"),
    path("duplicates/search/", duplicates.search, name="duplicates.search"),
    path("duplicates/<int:pk>/", duplicates.decide, name="duplicates.decide"),
    path("duplicates/merges/<int:pk>/undo/", duplicates.undo, name="duplicates.undo"),
]
