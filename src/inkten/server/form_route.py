"""``POST /v1/form``: a template and filled-in forms in, their fields out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from inkten.errors import DataError
from inkten.forms.form import Form
from inkten.forms.result import FormReading
from inkten.forms.template import parse_json
from inkten.image.source import Unreadable
from inkten.server.form_answers import FormAnswer, FormsAnswer
from inkten.server.options import FormParameters
from inkten.server.problems import READING_PROBLEMS, Kind, Problem
from inkten.server.schemas import encoded, failure_answer, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.settings import Settings
from inkten.server.uploads import (
    FILE,
    FILES,
    Upload,
    check_type,
    form_body,
    form_fields,
    pages_of,
    receive,
)

BODY = form_body(
    {
        "template": {
            **FILE,
            "description": "A form.json, as 'inkten form new' makes it.",
        },
        "file": {
            **FILES,
            "description": "The filled-in forms.",
        },
        "reference": {
            **FILE,
            "description": "The picture of the blank form, if the template "
            "does not hold it.",
        },
    },
    required=["template", "file"],
)

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Stack:
    """What a request holds: a template, and filled-in forms to read by it."""

    template: bytes
    reference: bytes | None
    uploads: list[Upload]

    @classmethod
    def of(
        cls, fields: Sequence[tuple[str, str | Upload]], settings: Settings
    ) -> "Stack":
        """The stack in the fields of a request's form.

        Raises:
            Problem: a field is missing, unknown or there twice; or too many pictures.
        """
        files: dict[str, list[Upload]] = {"template": [], "reference": [], "file": []}
        for name, value in fields:
            if isinstance(value, str) and name == "template":  # curl -F 'template=<F'
                value = Upload(None, value.encode("utf-8", "surrogatepass"))
            if name not in files or isinstance(value, str):
                raise _wrong_fields(f"a field {name[:80]!r}")
            files[name].append(value)
        templates, references, uploads = files.values()
        if len(templates) != 1 or len(references) > 1 or not uploads:
            counts = (f"{len(of_name)} {name}" for name, of_name in files.items())
            raise _wrong_fields(", ".join(counts))
        if len(uploads) > settings.max_pictures:
            raise Problem(
                Kind.TOO_LARGE,
                f"The request has {len(uploads)} filled-in forms; at most "
                f"{settings.max_pictures} are read at a time. Send several requests.",
            )
        reference = references[0].content if references else None
        return cls(templates[0].content, reference, uploads)

    def form(self, service: Service) -> Form:
        """The form of the template; blocks while its reference picture is decoded.

        Raises:
            Problem: there is a mistake in the template; says in which field.
        """
        try:
            template = parse_json(self.template, reference=self.reference)
            form = Form(template, limits=service.settings.limits)
        except DataError as error:
            advice = ", or as the file 'reference' of the request"
            more = advice if error.parameter == "reference" else ""
            raise _wrong_template(f"{error.reason}{more}") from None
        for field in form.fields:
            if field.sign and not service.names_signs:
                raise _wrong_template(
                    f"field {field.name!r}: sign; this service's classifiers know only "
                    "digits, leave sign out"
                )
        return form


@router.post(
    "/v1/form",
    summary="Read filled-in forms",
    response_model=FormAnswer | FormsAnswer,
    response_description="The fields of the form, or of each form.",
    responses=problem_responses(*READING_PROBLEMS),
    openapi_extra={"requestBody": BODY},
)
async def form(request: Request, query: FormParameters) -> Response:
    """Send a template, and photos or scans of the form, filled in.

    The picture of the blank form comes with them: in the template as a `data:` URL, or
    as the file `reference`, which counts if there are both. No file of the service's
    machine is opened, and nothing is kept.

    One form is answered with its fields, several with a list; in the list, a picture
    that cannot be read, or is of another form, has its problem in place of fields. Each
    page of a TIFF file is a form.
    """
    service = service_of(request)
    check_type(request, form_only=True)
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        stack = Stack.of(await form_fields(request, body), service.settings)
        deadline, options = service.deadline(), query.options(service.options)
        prepared = service.pool.run(partial(stack.form, service))
        known = await service.pool.in_time(prepared, deadline)
        stop = service.pool.on_threads(deadline)
        answers = []
        uploads = pages_of(stack.uploads, service.settings, query.page)
        for upload in uploads:  # one after the other: a stack uses one thread
            read = partial(service.read_form, known, upload.picture, options, stop)
            answers.append(await service.pool.in_time(service.pool.run(read), deadline))
    return Response(_answer(uploads, answers), media_type="application/json")


def _answer(
    uploads: Sequence[Upload], answers: Sequence[FormReading | Unreadable]
) -> bytes:
    """The answer to a request.

    Raises:
        Problem: the only picture cannot be read.
    """
    (first, *others) = answers
    if not others and not isinstance(first, FormReading):
        raise Problem.of(first)
    records = [
        _record(upload, answer) for upload, answer in zip(uploads, answers, strict=True)
    ]
    answer = {"forms": records} if others else records[0]
    return encoded(answer)


def _record(upload: Upload, answer: FormReading | Unreadable) -> dict[str, Any]:
    if not isinstance(answer, FormReading):
        return failure_answer(upload.name, Problem.of(answer), upload.page)
    page = {"page": upload.page} if upload.page > 1 else {}
    return {"file": upload.name, **page, **answer.to_dict()}


def _wrong_fields(found: str) -> Problem:
    return Problem(
        Kind.BAD_PARAMETER,
        f"The request has {found}; expected one template, one or more files named "
        "file, and at most one reference. Send them as 'curl -F' does.",
    )


def _wrong_template(reason: str) -> Problem:
    of_all = reason.removeprefix("the template: ")  # not of one field
    return Problem(Kind.BAD_PARAMETER, f"template: {of_all}")
