"""The case -> a file, a folder or a zip for other programs."""

from __future__ import annotations

from pathlib import Path

from darkwake.case import exports, folder
from darkwake.case.exports import pdf, reading, written
from darkwake.case.text import visible
from darkwake.errors import Unreadable, WrongUse

_SHOWN = 80


def export(path: Path, to: str, out: Path | None = None) -> Path:
    """Write the case in one of exports.FORMATS; gives what was written.

    Args:
        path: The case folder.
        to: The format.
        out: A file; or a folder, into which a format of one file is put under the case's name. For a format of
            several files a new folder, one that an earlier export made, or a name that ends in .zip. None: into the
            case's folder `exports`; "html" and "json" lie in the case folder already.

    Raises:
        WrongUse: the case has not been run, `to` is no format, there is no browser for a PDF, or the place cannot
            be written to.
        Unreadable: case.json is cut short, or of a newer version.
    """
    case = folder.find(path)
    if to not in exports.FORMATS:
        raise WrongUse(f"{visible(to, most=_SHOWN)!r} is no format", to_do=f"Use one of {', '.join(exports.FORMATS)}")
    there = {"html": "case.html", "json": "case.json", "pdf": "case.html"}.get(to, "case.json")
    made = case.path / there
    if not made.is_file():
        raise reading.not_run(case.path)
    if out is None and to in ("html", "json"):
        return made
    place = _place(case.path, to, out)
    if to == "pdf":
        pdf.write(made, place)
    elif to in ("html", "json"):
        written.write_file(place, made.read_bytes())
    else:
        _write(case.path, to, place)
    return place


def _write(path: Path, to: str, place: Path) -> None:
    case = reading.case_of(path)
    try:
        data = exports.as_data(case, to)
    except (TypeError, ValueError, KeyError, AttributeError, IndexError) as error:
        # case.json is a file that anybody can alter
        raise Unreadable(
            f"a field of it is not what it should be ({type(error).__name__}: {visible(str(error), most=_SHOWN)})",
            where=str(path / "case.json"),
            to_do=f"Restore the file, or run the case again: darkwake run {path}",
        ) from error
    if isinstance(data, bytes):
        written.write_file(place, data)
    else:
        written.write_files(place, data)


def _place(path: Path, to: str, out: Path | None) -> Path:
    """Where it goes."""
    ends = exports.FORMATS[to].ends
    name = path.resolve().name
    if out is None:
        held = path / "exports"
        with written.said(held):
            held.mkdir(exist_ok=True)
        return held / (f"{name}{ends}" if ends else to)
    return out / f"{name}{ends}" if ends and out.is_dir() else out
