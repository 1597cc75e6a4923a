"""`shuke demo`: a shop to look at, in a home of its own."""

import os
from pathlib import Path

import typer
from platformdirs import user_data_dir

from shuke.cli.speech import out, say, translate
from shuke.core.words import mark as _


def demo(
    seed_only: bool = typer.Option(False, "--seed-only", help="Make the shop and do not start the server."),
) -> None:
    """Make a demo shop if there is none, and start it; prints the address and the log-ins."""
    os.environ.setdefault("SHUKE_HOME", str(Path(user_data_dir("shuke")).with_name("shuke-demo")))
    os.environ["SHUKE_DEMO"] = "1"
    _build()
    if not seed_only:
        from shuke.cli.operate import up

        up()


def _build() -> None:
    from shuke.cli.attach import attached

    with attached() as env:
        from shuke.demo import services

        if not services.is_built():
            say(_("Making the demo shop in %(home)s."), home=env.home)
            services.build(say=say)
        _introduce(env.url, services)


def _introduce(url: str, services) -> None:
    from django.utils.translation import gettext, override

    from shuke.config.environment import environment
    from shuke.staff.rights import Role

    with override(environment().language):
        out.print(f"\n  {url}", style="bold")
        for username, name, role in services.TEAM:
            out.print(f"  {username:<10} {services.PASSWORD}   {name}  {gettext(str(Role(role).label))}", markup=False)
    out.print(translate(_("  Orders: Online Retail, D. Chen, UCI Machine Learning Repository, CC BY 4.0.\n")))
