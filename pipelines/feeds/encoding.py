"""Bytes -> text for feed bodies: which encoding a body is really in.

Decides by byte order mark, the XML declaration, the Content-Type header and what the bytes can be; feedparser's own guess
depends on whether ``chardet`` happens to be installed, so the same body could give different rows on two machines.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = (
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
# Browsers read these labels as their supersets (WHATWG Encoding), because that is what the senders mean.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
}
# Text codecs of Python that no feed means, or that are readable only if the declaration itself is not.
_REFUSED = re.compile(r"^(utf-7|utf-16.*|utf-32.*|.*escape|idna|punycode|mbcs|oem|undefined|utf-8-sig|palmos)$")
_MULTIBYTE = {"gb18030", "big5", "big5hkscs", "cp932", "cp949", "cp950", "euc_jp", "euc_jis_2004", "iso2022_jp", "johab"}


class Decoded(NamedTuple):
    """Text of a body, the encoding used (Python's name), and what was wrong with the one declared, if anything."""

    text: str
    encoding: str
    fault: str | None = None


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """Decode a body; never fails.

    A byte order mark or the zero bytes of UTF-16/32 decide first; then a valid UTF-8 body is UTF-8 whatever single-byte
    encoding it declares (their text is practically never valid UTF-8); then the declaration, the header, windows-1252.
    """
    for mark, wide in _BOMS:
        if body.startswith(mark):
            return _wide(body[len(mark) :], wide)
    for start, wide in _UNMARKED:
        if body.startswith(start):
            return _wide(body, wide)
    declared = _DECLARED.match(body)
    label = declared[1].decode("ascii").lower() if declared else None
    header = _CHARSET.search(content_type or "")
    name = _codec(label) or (_codec(header[1]) if header and not label else None)
    return _narrow(body, name, label)


def _wide(body: bytes, name: str) -> Decoded:
    text = body.decode(name, "replace")
    fault = "it holds bytes that are not valid " + name if "\ufffd" in text else None
    return Decoded(text, name, fault)


def _narrow(body: bytes, name: str | None, label: str | None) -> Decoded:
    if name in _MULTIBYTE:
        try:
            return Decoded(body.decode(name), name)
        except UnicodeDecodeError:
            pass
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(body, name, label)
    if text.isascii() or label is None or _is_utf8(label):
        return Decoded(text, "utf-8")
    return Decoded(text, "utf-8", f"it declares {label} but is UTF-8")


def _not_utf8(body: bytes, name: str | None, label: str | None) -> Decoded:
    if name and name != "utf-8":
        try:
            return Decoded(body.decode(name), name)
        except UnicodeDecodeError:
            if name == "cp1252":
                return Decoded(body.decode("latin-1"), "latin-1")
            return Decoded(body.decode(name, "replace"), name, f"it holds bytes that are not valid {label or name}")
    mended = body.decode("utf-8", "replace")
    broken = mended.count("\ufffd")
    # A feed cut in the middle of a character stays UTF-8: most of its other characters are whole.
    if sum(1 for character in mended if character > "\x7f") - broken >= broken:
        return Decoded(mended, "utf-8", "it holds bytes that are not valid UTF-8")
    fault = f"it declares {label} but is not; read as windows-1252" if label else "it declares no encoding; read as windows-1252"
    try:
        return Decoded(body.decode("cp1252"), "cp1252", fault)
    except UnicodeDecodeError:
        return Decoded(body.decode("latin-1"), "latin-1", fault.replace("windows-1252", "latin-1"))


def _codec(label: str | None) -> str | None:
    if not label:
        return None
    try:
        name = codecs.lookup(label).name
    except (LookupError, UnicodeError):
        return None
    if _REFUSED.match(name):
        return None
    name = _SUPERSETS.get(name, name)
    try:
        b"".decode(name)
    except LookupError:
        return None
    return name


def _is_utf8(label: str) -> bool:
    return _codec(label) == "utf-8"
