"""Charts, workbook, page and files: the only code that rounds, formats or draws."""
