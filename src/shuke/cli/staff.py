"""`shuke user`: who may log in."""

import typer

from shuke.cli.attach import attached
from shuke.cli.speech import say, translate
from shuke.core.words import mark as _

app = typer.Typer(help="People who log in.", no_args_is_help=True)


@app.command()
def add(
    username: str,
    name: str = typer.Option("", help="How colleagues call them; the log-in name if left out."),
    role: str = typer.Option("agent", help="administrator, operations, manager or agent."),
    password: str = typer.Option(
        ...,
        prompt=translate(_("Password, at least 10 characters")),
        confirmation_prompt=translate(_("The same again")),
        hide_input=True,
    ),
) -> None:
    """Let a person in."""
    with attached():
        from django.utils.timezone import now

        from shuke.staff import services
        from shuke.staff.rights import Role

        if role not in Role.values:
            raise typer.BadParameter(", ".join(Role.values), param_hint="--role")
        services.add_user(username=username, name=name or username, role=role, password=password, by=None, at=now())
        say(_("%(username)s can log in now."), username=username)
