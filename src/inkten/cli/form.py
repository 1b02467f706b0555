"""``inkten form``: make a template of a form's fields, and check one."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from inkten.cli.errors import print_error
from inkten.cli.options import LIMITS, MaxBytes, MaxPixels
from inkten.cli.sources import PDF_SUFFIX, rendered_pages
from inkten.cli.targets import refuse_existing, refuse_input
from inkten.errors import DataError, InktenError
from inkten.image.source import UNREADABLE, Limits, Picture

TEMPLATE_SUFFIX, PAGE_SUFFIX = ".json", ".html"


class Action(StrEnum):
    """What to do with a form."""

    NEW = "new"
    CHECK = "check"
    CORRECT = "correct"


def form(
    action: Annotated[
        Action,
        typer.Argument(
            metavar="ACTION",
            help="new: make a template from the blank form. check: say "
            "what is wrong with a template. correct: apply corrections to results.",
            show_default=False,
        ),
    ],
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="The blank form, a picture or a PDF file (new), the template "
            "(check), or a file of results of 'inkten batch --form' (correct).",
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
        typer.Option(metavar="FORM.JSON", help="With correct: the template."),
    ] = Path("form.json"),
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

    'inkten batch --form' reads filled-in forms by it. 'correct' writes a copy of a file
    of its results with the corrections of the review page, and checks it again.
    """
    if (action is Action.CORRECT) != (corrections is not None):
        raise typer.BadParameter(
            "'correct' takes a file of results and the table of corrections; 'new' and "
            "'check' take one file",
            param_hint="CORRECTIONS.CSV",
        )
    if corrections:
        _correct(file, corrections, form, force=force)
    elif action is Action.CHECK:
        _check(file)
    else:
        limits = Limits(max_pixels, max_bytes)
        _new(file, out, limits, force=force, browser=browser)


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


def _correct(answers: Path, table: Path, template: Path, *, force: bool) -> None:
    from inkten.batch.corrections import corrected, load_corrections
    from inkten.files import make_room, write_whole
    from inkten.forms.template import load_template

    out = answers.with_name(f"corrected-{answers.name}")
    refuse_existing(out, force=force)
    corrections = load_corrections(table)
    content, count = corrected(answers, load_template(template), corrections)
    make_room(out)
    write_whole(out, content)
    given = sum(map(len, corrections.values()))
    typer.echo(f"{out}: {count:,} of {given:,} corrections.")
    if count < given:
        typer.echo(f"The others are of pages that are not in {answers}.")


def _summary(count: int) -> str:
    return f"{count} field{'' if count == 1 else 's'}"
