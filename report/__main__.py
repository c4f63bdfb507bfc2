"""`python -m report`: starts the service with its fictional county in a temporary place, looks, and writes."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from report import accessibility, pictures
from tests.browser import chromium, site

_DOCS = Path(__file__).resolve().parent.parent / "docs"


@click.command()
@click.option("--docs", default=_DOCS, type=click.Path(path_type=Path), help="Where to write.")
@click.option("--only-pictures", is_flag=True, help="Leave the accessibility table as it is.")
def main(docs: Path, only_pictures: bool) -> None:
    """Pictures of the pages into DOCS/pictures, the table of criteria into DOCS/accessibility."""
    if lacking := chromium.missing():
        click.echo(f"report: missing: {', '.join(lacking)}", err=True)
        sys.exit(2)
    with tempfile.TemporaryDirectory(prefix="luotsi-report-") as name:
        sys.exit(_report(docs, Path(name), only_pictures))


def _report(docs: Path, folder: Path, only_pictures: bool) -> int:
    with site.opened(folder, workers=True) as running, chromium.launched() as browser:
        for path in pictures.take_all(browser, running.url, docs / "pictures"):
            click.echo(f"{path.name}: {path.stat().st_size // 1000} kB")
        found = None if only_pictures else accessibility.look(browser, running.url)
    if found is None:
        return 0
    accessibility.run_tests(folder, found)
    page = docs / "accessibility" / "README.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(accessibility.written(found, datetime.now(UTC)), "utf-8")
    for fault in found.all_faults:
        click.echo(f"fault: {fault}", err=True)
    click.echo(f"{found.looked_at} pages, {len(found.all_faults)} faults: {page}")
    return 1 if found.all_faults else 0


if __name__ == "__main__":
    main(prog_name="report")
