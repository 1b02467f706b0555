"""A page of numbers -> a table: rows and columns, whatever the tilt of the page.

    reading --> sheet --> separators --> cells --> Table
              straight   drawn rules,   numbers,  rows of Cell; CSV, XLSX,
              picture    or alignment   letters   HTML for review

``build.table_of`` tells the story; ``Reading.table()`` calls it.
"""
