"""A template's fields, read from photos of the filled-in form.

form            start here: a template reads a picture
fields, template, values, mistakes   what form.json says, and what is wrong with it
registration    where the form is on the photo; print_blocks, marks
colours, cutting   drop-out colour; a field cut out flat, its print removed
strokes         which strokes are in which cell
recognition     digits and ticks; cells, fixed_length, leading_sign
numerals        the number that a text stands for, and signs that may not be there
checks          what must hold: ranges, lengths, check digits, sums
result          FormReading, FieldReading
guess, editor   a first template from a blank form, and the page to correct it
review          the page to review what fails or is unsure
"""
