"""Handing an export to whoever asked for it."""

from http import HTTPMethod

from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from customers.exporting.csv_file import csv_chunks
from customers.exporting.export import Export
from customers.exporting.workbook import workbook_file

CSV, XLSX = "csv", "xlsx"
FILES = {CSV: "CSV", XLSX: "Excel"}
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(export: Export, file: str, *, method: str | None) -> HttpResponseBase:
    """The export as a file of that kind; to HEAD, only what it is called."""
    content_type = XLSX_TYPE if file == XLSX else f"{CSV_TYPE}; charset=utf-8"
    name = content_disposition_header(True, f"{export.file_stem}.{file}")
    headers = {"Content-Disposition": str(name), "Cache-Control": "private, no-store"}
    if method == HTTPMethod.HEAD:
        export.close()
        return HttpResponse(headers=headers, content_type=content_type)
    if file == XLSX:
        return FileResponse(workbook_file(export), headers=headers, content_type=content_type)
    # Each piece is sent while the next one is read; it is closed with the connection.
    return StreamingHttpResponse(csv_chunks(export), headers=headers, content_type=content_type)
