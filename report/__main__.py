"""`python -m report`: starts the service with its fictional county in a temporary place, looks, and writes."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from report import accessibility, findings, pictures, recorded
from tests.browser import chromium, site

_DOCS = Path(__file__).resolve().parent.parent / "docs"


@click.command()
@click.option("--docs", default=_DOCS, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--only-pictures", is_flag=True, help="Leave the accessibility table as it is.")
def main(docs: Path, only_pictures: bool) -> None:
    """Pictures of the pages into DOCS/pictures, the table of criteria into DOCS/accessibility, its figures into the package."""
    if lacking := chromium.missing():
        click.echo(f"report: missing: {', '.join(lacking)}", err=True)
        sys.exit(2)
    with tempfile.TemporaryDirectory(prefix="luotsi-report-") as name:
        sys.exit(_report(docs, Path(name), only_pictures))


def _report(docs: Path, folder: Path, only_pictures: bool) -> int:
    with site.opened(folder, workers=True) as running, chromium.launched() as browser:
        for path in pictures.take_all(browser, running.url, docs / "pictures"):
            click.echo(f"{path.name}: {path.stat().st_size // 1000} kB")
    if only_pictures:
        return 0
    found = findings.of_a_run(folder)
    page = docs / "accessibility" / "README.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    page.write_text(accessibility.written(found, now), "utf-8")
    recorded.record(
        now,
        page_states=found.states,
        languages=accessibility.LANGUAGES,
        axe=found.axe_version,
        faults=found.all_faults,
        # A trial run into another folder leaves the package as it is.
        path=recorded.FILE if docs == _DOCS else page.with_name(recorded.FILE.name),
    )
    for fault in found.all_faults:
        click.echo(f"fault: {fault}", err=True)
    click.echo(f"{len(found.looks)} pages, {len(found.all_faults)} faults: {page}")
    return 1 if found.all_faults else 0


if __name__ == "__main__":
    main(prog_name="report")
