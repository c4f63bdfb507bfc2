"""The whole directory as files: taken out as one archive, and brought in by one, or by several files, or not at all."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from flask import Response as FileResponse
from flask import g, render_template, request
from flask import url_for as address
from flask_security import auth_required
from werkzeug.datastructures import FileStorage

from casework import directory_changes as changing
from casework.bundle import FILES, BundleError
from forms.words import N_, Words
from webapp.i18n import say
from webapp.views.staff_directory_door import (
    MOST_PROBLEMS,
    Base,
    admins,
    base,
    bp,
    place_and_reason,
    propose,
)
from webapp.views.staff_directory_rows import Answer
from webapp.wiring import read_directory

#: What may come in, in bytes, packed or not; and beside it the rest of the request.
LARGEST: Final = 5 * 1024 * 1024
_REST_OF_REQUEST: Final = 64 * 1024
MOST_FILES: Final = 40
#: Archives have no older day; the same for every one, so that equal bundles are equal bytes.
_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_UPLOAD: Final = "staff.directory.upload"

NO_FILE = N_("Choose a file")
TOO_LARGE = N_("The files are larger than 5 megabytes together")
TOO_MANY = N_("There are more than 40 files")
NOT_AN_ARCHIVE = N_("%(name)s cannot be opened as a zip archive")
NOT_OURS = N_("%(name)s is no file of a directory")
NOT_TEXT = N_("%(name)s is not written in UTF-8. Save it as “CSV UTF-8”")
TWICE = N_("%(name)s is there twice")


class NotTaken(ValueError):
    """An upload that is not looked into any further; why, as words."""

    def __init__(self, msgid: str, name: str = "") -> None:
        self.words = Words(msgid, name=name[:60])
        super().__init__(self.words)


@bp.url_value_preprocessor
def _let_a_bundle_in(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Who is signed in may send more here than elsewhere. It must be said before anything of the body is read."""
    if endpoint == _UPLOAD and g.get("person"):
        request.max_content_length = LARGEST + _REST_OF_REQUEST


@bp.get("/bundle")
@auth_required("session")
@admins
def bundle() -> str:
    return render_template("staff/directory/bundle.html", number=base().number, problems=())


@bp.get("/bundle.zip")
@auth_required("session")
@admins
def download() -> FileResponse:
    here = base()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(here.files.items()):
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text.encode())
    named = f'attachment; filename="directory-{here.number}.zip"'
    return FileResponse(
        packed.getvalue(), mimetype="application/zip", headers={"Content-Disposition": named}
    )


@bp.post("/bundle")
@auth_required("session")
@admins
def upload() -> Answer:
    """One archive is a whole bundle; single files take the place of theirs."""
    here = base()
    try:
        files = _brought(here)
        read_directory(files, 0)
    except NotTaken as error:
        return _refused(here, [say(error.words)])
    except BundleError as error:
        return _refused(here, [place_and_reason(problem) for problem in error.problems])
    return propose(here, changing.tidied(files))


def _refused(here: Base, problems: list[str]) -> Answer:
    page = render_template(
        "staff/directory/bundle.html",
        number=here.number,
        problems=problems[:MOST_PROBLEMS],
        more=max(0, len(problems) - MOST_PROBLEMS),
        back=address("staff.directory.overview"),
    )
    return page, 422


def _brought(here: Base) -> dict[str, str]:
    sent = [file for file in request.files.getlist("files") if file.filename]
    if not sent:
        raise NotTaken(NO_FILE)
    if len(sent) == 1 and (sent[0].filename or "").lower().endswith(".zip"):
        return _texts(_unpacked(sent[0]))
    return {**here.files, **_texts((file.filename or "", file.read()) for file in sent)}


def _texts(found: Iterator[tuple[str, bytes]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    size = 0
    for name, content in found:
        size += len(content)
        if size > LARGEST:
            raise NotTaken(TOO_LARGE)
        if name not in FILES:
            raise NotTaken(NOT_OURS, name)
        if name in texts:
            raise NotTaken(TWICE, name)
        try:
            # PostgreSQL keeps no NUL, and no table of ours has one.
            texts[name] = content.decode("utf-8-sig").replace("\0", "")
        except UnicodeDecodeError:
            raise NotTaken(NOT_TEXT, name) from None
    return texts


def _unpacked(sent: FileStorage) -> Iterator[tuple[str, bytes]]:
    """The archive's files; never more of one than may come in, whatever it says of its size."""
    name = sent.filename or ""
    try:
        with zipfile.ZipFile(sent.stream) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise NotTaken(TOO_MANY)
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise NotTaken(TOO_LARGE)
            for entry in entries:
                inner = _inner_name(entry.filename)
                if inner:
                    with archive.open(entry) as opened:
                        yield inner, opened.read(LARGEST + 1)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        OSError,
        RuntimeError,
        UnicodeDecodeError,
    ):
        raise NotTaken(NOT_AN_ARCHIVE, name) from None


def _inner_name(path: str) -> str:
    """A file's name in the archive's one folder, or in none; '' for what systems and pictures put beside."""
    parts = PurePosixPath(path).parts
    if not parts:
        raise NotTaken(NOT_OURS, path)
    if "__MACOSX" in parts or parts[-1].startswith(".") or path.lower().endswith((".svg", ".png")):
        return ""
    if len(parts) > 2 or ".." in parts or "\\" in path or path.startswith("/"):
        raise NotTaken(NOT_OURS, path)
    return parts[-1]
