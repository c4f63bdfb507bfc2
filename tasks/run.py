"""`python -m tasks.run worker|beat`: what `luotsi worker` and `luotsi beat` become."""

from __future__ import annotations

import argparse
import sys

from casework.messages import Queue
from tasks import house
from tasks.celery_app import app
from webapp import config, logs


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tasks.run")
    parser.add_argument("role", choices=("worker", "beat"))
    parser.add_argument("--queues", default=",".join(queue.value for queue in Queue))
    parser.add_argument("--name", default="worker")
    parser.add_argument("--concurrency", type=int, default=2)
    parser.add_argument("--forms", default="", help="slugs of all public forms")
    chosen = parser.parse_args(arguments)
    logs.configure()
    try:
        settings = config.load()
    except config.SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    app.conf.broker_url = settings.broker_url.get_secret_value()
    house.use(settings, tuple(chosen.forms.split(",")) if chosen.forms else ())
    if chosen.role == "beat":
        app.start(["beat", "--loglevel=WARNING", "--pidfile="])
        return 0
    app.worker_main(
        [
            "worker",
            f"--queues={chosen.queues}",
            f"--hostname={chosen.name}@%h",
            f"--concurrency={chosen.concurrency}",
            "--loglevel=WARNING",
            "--without-gossip",
            "--without-mingle",
        ]
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
