"""`shuke up`, `worker`, `doctor`, `verify`: keep an installation running, and look after it."""

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import typer

from shuke.cli.attach import attached, cluster_of, insist_on_an_answer, start_django
from shuke.cli.speech import err, out, say, translate
from shuke.config.environment import Environment, environment
from shuke.core.words import mark as _
from shuke.runtime import address, health
from shuke.runtime.child import Program
from shuke.runtime.home import Home
from shuke.runtime.problems import Problem
from shuke.runtime.supervisor import Supervisor

PORT_PATIENCE = 12  # seconds


class PortTaken(Problem):
    """Somebody else serves at our port; two that share it would each get half of the requests."""

    code = "port_taken"
    message = _("Port %(port)s is in use by another program.")
    remedy = _("End it, or choose another port in SHUKE_URL.")


def up() -> None:
    """Start everything: database, pages and workers, kept running until Ctrl-C."""
    env = environment()
    home = Home(env.home)
    cluster = cluster_of(env)
    supervisor = Supervisor(
        home,
        programs(env),
        cluster=cluster,
        prepare=lambda: _prepare(home, cluster, port=env.listens_at[1]),
        on_ready=lambda: say(_("Shuke is ready: %(url)s   (Ctrl-C ends it)"), url=env.url),
    )
    raise typer.Exit(supervisor.run())


def programs(env: Environment) -> list[Program]:
    """What `up` keeps running beside the database."""
    home = Home(env.home)
    host, port = env.listens_at
    environ = {**os.environ, "SHUKE_HOME": str(env.home), "DJANGO_SETTINGS_MODULE": "shuke.config.settings"}
    web = Program(
        "web",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi"),
            *("--host", host, "--port", str(port)),
            *("--workers", str(env.web_processes), "--blocking-threads", str(env.web_threads), "--backpressure", "64"),
            *("--no-ws", "--log-level", "warning", "shuke.config.wsgi:application"),
        ],
        env=environ,
        ready=lambda: health.listening(port),
    )
    workers = [
        Program(
            f"worker-{number}",
            [sys.executable, "-m", "shuke", "worker", "--heartbeat", str(home.run / f"worker-{number}.beat")],
            env=environ,
            heartbeat=home.run / f"worker-{number}.beat",
        )
        for number in range(1, env.workers + 1)
    ]
    return [web, *workers]


def _wait_for(port: int) -> None:
    """Until the port is free; the pages of a supervisor that was killed end within seconds."""
    end = time.monotonic() + PORT_PATIENCE
    while not address.port_is_free(port):
        if time.monotonic() > end:
            raise PortTaken(port=port)
        time.sleep(0.2)


def _prepare(home: Home, cluster, *, port: int) -> None:
    """Back up what is there if the schema is going to change, change it, and lay out the static files. PortTaken."""
    _wait_for(port)
    if cluster is None:
        insist_on_an_answer(environment())
    start_django()
    from django.core.management import call_command

    from shuke.core import schema

    if schema.is_behind():
        if cluster is not None and not schema.is_new():
            cluster.dump(home.backups / f"before-upgrade-{datetime.now():%Y%m%d-%H%M%S}.dump")  # noqa: DTZ005  a name
        schema.migrate()
    call_command("collectstatic", interactive=False, verbosity=0)


def worker(
    heartbeat: Path | None = typer.Option(None, help="File that is touched while the worker is well."),
) -> None:
    """Work on jobs until ended; `shuke up` starts as many as SHUKE_WORKERS says."""
    from shuke.runtime.process import die_with_parent

    die_with_parent()
    start_django()
    from shuke.cli import worker as process

    process.run(heartbeat)


def doctor() -> None:
    """Check this installation and say what to do about each fault."""
    env = environment()
    sick = 0
    for check in _checks(env):
        out.print(
            f"[green]✓[/green] {check.words(translate)}" if check.ok else f"[red]✗[/red] {check.words(translate)}"
        )
        if not check.ok:
            sick += not check.hint
            out.print(f"    {check.advice(translate)}", markup=False)
    raise typer.Exit(1 if sick else 0)


def _checks(env: Environment) -> Iterator[health.Check]:
    yield from health.doctor(Home(env.home), port=env.listens_at[1], embedded=env.database_url is None)
    if env.spark:
        from shuke.runtime import spark

        yield from spark.doctor(env.spark, shared=env.mirror)


def verify() -> None:
    """Check what the data promise: audit chain, imports, scores, customer list, follow-ups. Exit code 1 for a fault."""
    with attached():
        from shuke.core.registries import invariants

        broken = 0
        for name, check in invariants.items():
            faults = list(check())
            broken += len(faults)
            out.print(f"[green]✓[/green] {name}" if not faults else f"[red]✗[/red] {name}")
            for fault in faults:
                err.print(f"    {fault}", markup=False)
    raise typer.Exit(1 if broken else 0)
