"""Uploaded files are what their content says, not what their name says."""

import hashlib
import zipfile
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from django.core.files.uploadedfile import UploadedFile

from federation.register.refusals import FileEmpty, FileTooLarge, FileUnknown

MOST_BYTES = 10 * 1024 * 1024
ZIP = b"PK\x03\x04"
SIGNATURES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
OFFICE_FOLDERS = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "text/csv": "csv",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
    OFFICE_FOLDERS["word/"]: "docx",
    OFFICE_FOLDERS["xl/"]: "xlsx",
}


def media_type_of(file: "UploadedFile[Any]") -> str:
    """One of EXTENSIONS. Raises FileEmpty, FileTooLarge (over 10 MB), FileUnknown."""
    if not file.size:
        raise FileEmpty
    if file.size > MOST_BYTES:
        raise FileTooLarge
    file.seek(0)
    head = file.read(16)
    file.seek(0)
    found = next((kind for signature, kind in SIGNATURES.items() if head.startswith(signature)), "")
    if not found and head.startswith(ZIP) and file.file is not None:
        found = _in_archive(file.file)
        file.seek(0)
    if not found and str(file.name).lower().endswith(".csv"):
        found = "text/csv" if _is_text(file) else ""
    if found not in EXTENSIONS:
        raise FileUnknown
    return found


def _is_text(file: "UploadedFile[Any]") -> bool:
    """A table as text has no mark of its own: UTF-8, no control characters, no page or script."""
    content = file.read()
    file.seek(0)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(sign.isprintable() or sign in "\r\n\t" for sign in text) and not text.lstrip().startswith("<")


def _in_archive(file: IO[bytes]) -> str:
    """OpenDocument says its type in its first entry; Office files are known by their folders. Nothing is unpacked but that entry."""
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            if names and names[0] == "mimetype" and archive.getinfo("mimetype").file_size < 100:
                return archive.read("mimetype").decode("ascii", "replace")
            if "[Content_Types].xml" in names:
                return next((kind for folder, kind in OFFICE_FOLDERS.items() if any(name.startswith(folder) for name in names)), "")
    except (BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError, OSError, ValueError, EOFError):
        return ""  # whatever it is, it cannot be read
    return ""


def sha256_of(file: "UploadedFile[Any]") -> str:
    """In hexadecimal."""
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
