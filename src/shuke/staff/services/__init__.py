"""Everything that changes people; what changes tokens of programs is in `tokens`."""

from shuke.staff.services.people import (
    LastAdministrator,
    NameTaken,
    WeakPassword,
    WrongName,
    add_user,
    change_user,
    choose_language,
    set_password,
    team_named,
)

__all__ = [
    "LastAdministrator",
    "NameTaken",
    "WeakPassword",
    "WrongName",
    "add_user",
    "change_user",
    "choose_language",
    "set_password",
    "team_named",
]
