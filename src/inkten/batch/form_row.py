"""A filled-in form and what was read of it -> a row, with a few columns for each field.

Does not import pyarrow: processes that only read pictures need not load it.
"""

from inkten.batch.row import Row, page_row, storable
from inkten.forms.fields import Kind
from inkten.forms.result import FormReading
from inkten.image.source import Unreadable

CONFIDENCE, HOLDS = "_confidence", "_holds"  # added to a field's name


def form_row_of(
    path: str, page: int, answer: FormReading | Unreadable, seconds: float, model: str
) -> Row:
    """The row of one page: its fields, or why the form could not be read."""
    row = page_row(path, page, seconds, model)
    if isinstance(answer, FormReading):
        for field in answer.fields:
            is_tick = field.kind is Kind.TICK
            row[field.name] = field.value if is_tick else field.text
            row[f"{field.name}{CONFIDENCE}"] = round(field.confidence, 6)
            row[f"{field.name}{HOLDS}"] = field.holds
        row["problems"] = "\n".join(
            f"{field.name}: {problem}"
            for field in answer.fields
            for problem in field.problems
        )
        row["outlines"] = [
            [side for corner in field.outline for side in corner]
            for field in answer.fields
        ]
    else:
        row["error"] = storable(answer.reason)  # the path has a column of its own
    return row
