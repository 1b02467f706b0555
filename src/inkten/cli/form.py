"""``inkten form``: make a template of a form's fields, check it, read a form by it."""

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from inkten.cli.errors import print_error
from inkten.cli.options import LIMITS, MaxBytes, MaxPixels
from inkten.cli.output import OutputFormat, Printer
from inkten.cli.sources import PDF_SUFFIX, path_of_url, rendered_pages, sources_of
from inkten.cli.targets import refuse_existing, refuse_input
from inkten.errors import DataError, InktenError, PictureError
from inkten.image.source import UNREADABLE, Limits, Picture
from inkten.options import ReadOptions

TEMPLATE_SUFFIX, PAGE_SUFFIX = ".json", ".html"


class Action(StrEnum):
    """What to do with a form."""

    NEW = "new"
    CHECK = "check"
    READ = "read"
    CORRECT = "correct"


def form(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="new: make a template from the blank form. check: say "
            "what is wrong with a template. read: read a filled-in form. correct: "
            "apply corrections to results.",
            show_default=False,
        ),
    ],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="The blank form (new) or a filled-in one (read), a picture or a PDF "
            "file; the template (check); or a file of results of 'inkten batch --form' "
            "(correct).",
            show_default=False,
        ),
    ],
    corrections: Annotated[
        Path | None,
        typer.Argument(
            metavar="CORRECTIONS.CSV",
            help="With correct: what the review page saved.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            metavar="FORM.JSON",
            help="With new: write the template here, and the page to correct it beside "
            "it.",
        ),
    ] = Path("form.json"),
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Overwrite an existing template, or an earlier correction."
        ),
    ] = False,
    form: Annotated[
        Path,
        typer.Option(metavar="FORM.JSON", help="With read and correct: the template."),
    ] = Path("form.json"),
    as_json: Annotated[
        bool,
        typer.Option("--json", help="With read: print one line of JSON per page."),
    ] = False,
    browser: Annotated[
        bool,
        typer.Option(
            "--browser/--no-browser",
            help="With new: open the page in a browser, if run at a terminal.",
        ),
    ] = True,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Make or check a template: the named fields of a form, and what must hold.

    'read' reads one filled-in form by it, 'inkten batch --form' a stack of them.
    'correct' writes a copy of a file of their results with the corrections of the
    review page, and checks it again.

    Exit status:
    - 0: done; with 'read', all checks hold
    - 1: it could not be done, or a check does not hold
    - 2: usage error
    """
    if (action is Action.CORRECT) != (corrections is not None):
        raise typer.BadParameter(
            "'correct' takes a file of results and the table of corrections; 'new', "
            "'check' and 'read' take one file",
            param_hint="CORRECTIONS.CSV",
        )
    limits = Limits(max_pixels, max_bytes)
    if corrections:
        _correct(Path(file), corrections, form, force=force)
    elif action is Action.CHECK:
        _check(Path(file))
    elif action is Action.READ:
        _read(path_of_url(file), form, limits, as_json=as_json)
    else:
        _new(Path(file), out, limits, force=force, browser=browser)


def _new(
    picture: Path, out: Path, limits: Limits, *, force: bool, browser: bool
) -> None:
    from inkten.files import make_room, write_whole
    from inkten.forms.editor import editor_html
    from inkten.forms.form import Form
    from inkten.forms.guess import guess_template

    if out.suffix.lower() != TEMPLATE_SUFFIX:
        raise typer.BadParameter(
            f"{out}: expected a name ending in {TEMPLATE_SUFFIX}; the page to correct "
            f"it gets the ending {PAGE_SUFFIX}",
            param_hint="--out",
        )
    page = out.with_suffix(PAGE_SUFFIX)
    for path in (out, page):
        refuse_input(path, [picture], "--out")
        refuse_existing(path, force=force)
    make_room(out)
    try:
        blank, is_all = _blank_form(picture, limits)
        template = guess_template(blank, limits)
    except InktenError as error:
        error.name = error.name or str(picture)
        raise
    Form(template).save(out)
    write_whole(page, editor_html(template, out.name))
    typer.echo(f"{out}: {_summary(len(template.fields))}, a first guess.")
    if not is_all:
        typer.echo(f"{picture} has more pages; this is a template of the first one.")
    typer.echo(f"Open {page} to correct, name and check them; save it as {out}.")
    if browser and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(page.absolute().as_uri())


def _blank_form(file: Path, limits: Limits) -> tuple[Picture, bool]:
    """The first page of a PDF file, and whether it is the only one.

    Any other file is a picture.
    """
    if file.suffix.lower() != PDF_SUFFIX or not file.is_file():
        return file, True
    pages = rendered_pages(str(file), limits, colour=True)
    page = next(pages)
    if isinstance(page, UNREADABLE):
        raise page
    return page, next(pages, None) is None


def _check(file: Path) -> None:
    from inkten.forms.form import Form
    from inkten.forms.mistakes import mistakes_in

    form = Form.load(file)
    mistakes = [*mistakes_in(form.fields)]
    for mistake in mistakes:
        print_error(DataError(mistake, name=str(file)))
    if mistakes:
        raise typer.Exit(1)
    for field in form.fields:
        length = f" {field.length}" if field.length else ""
        checks = ", ".join(field.checks.to_dict())
        typer.echo(f"{field.name}: {field.kind}{length}{f' ({checks})' * bool(checks)}")
    typer.echo(f"{file}: {_summary(len(form.fields))}, no mistake found.")


def _read(name: str, template: Path, limits: Limits, *, as_json: bool) -> None:
    from inkten.forms.form import Form

    form, options = Form.load(template), ReadOptions(limits=limits)
    if "://" in name or Path(name).is_dir():
        stack, by = shlex.quote(name), shlex.quote(str(template))
        command = f"inkten batch {stack} --form {by} --out answers"
        raise PictureError(f"a folder or a URL; use: {command}", name=name)
    printer = Printer(
        OutputFormat.JSON if as_json else OutputFormat.TEXT, several=False
    )
    all_hold = True
    for source in sources_of(name, limits, pdf=True, colour=True):
        try:
            reading = form.read(source.readable(), options)
        except UNREADABLE as error:
            printer.error(source, error)
            all_hold = False
        else:
            printer.form(source, reading)
            all_hold &= reading.holds
    if not all_hold:
        raise typer.Exit(1)


def _correct(answers: Path, table: Path, template: Path, *, force: bool) -> None:
    from inkten.batch.corrections import corrected, load_corrections
    from inkten.files import make_room, write_whole
    from inkten.forms.template import load_template

    out = answers.with_name(f"corrected-{answers.name}")
    refuse_existing(out, force=force)
    corrections = load_corrections(table)
    result = corrected(answers, load_template(template), corrections)
    make_room(out)
    write_whole(out, result.content)
    given = sum(map(len, corrections.values()))
    typer.echo(f"{out}: {result.applied:,} of {given:,} corrections.")
    if result.failing:
        fields = f"{_summary(result.failing)} of the corrected pages"
        typer.echo(f"{fields} still fail a check; see the column 'problems'.")
    if result.applied < given:
        typer.echo(f"The others are of pages that are not in {answers}.")


def _summary(count: int) -> str:
    return f"{count} field{'' if count == 1 else 's'}"
