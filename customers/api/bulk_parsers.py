"""Reading the body of a bulk request: JSON, or one object of JSON a line."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import IO, Any

from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

from customers.operations.bulk_rows import Number
from customers.operations.bulk_upsert import MOST_ROWS

MOST_BYTES = 16 << 20
NO_ROWS = 'Send an array of rows, or an object {"rows": [...]}.'
EMPTY = "The request has no rows. Send at least one."
NDJSON = "application/x-ndjson"


class TooMuch(APIException):
    """More rows or bytes than one request may have."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class RowsParser(BaseParser):
    """JSON: an array of rows, or an object with rows. Numbers keep all their digits."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        sent = _from_json(_text(stream), "The request")
        if isinstance(sent, dict) and list(sent) == ["rows"]:
            sent = sent["rows"]
        if not isinstance(sent, list):
            raise ParseError(NO_ROWS)
        return checked(sent)


class LinesParser(BaseParser):
    """NDJSON: one object a line; blank lines count for nothing."""

    media_type = NDJSON

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        lines = [
            (number, line)
            for number, line in enumerate(_text(stream).split("\n"), start=1)
            if line.strip()
        ]
        checked(lines)
        return [_from_json(line, f"Line {number}") for number, line in lines]


def checked(rows: object) -> list[Any]:
    """The rows of a request. Raises ParseError when there are none, TooMuch for too many."""
    if not isinstance(rows, list) or not rows:
        raise ParseError(EMPTY)
    if len(rows) > MOST_ROWS:
        raise TooMuch(f"One request has at most {MOST_ROWS:,} rows; this one has {len(rows):,}.")
    return rows


def _text(stream: IO[bytes]) -> str:
    body = stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise TooMuch(f"One request has at most {MOST_BYTES >> 20} MB. Send fewer rows at once.")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ParseError("The request is not UTF-8 text.") from error


def _from_json(text: str, what: str) -> Any:
    try:
        return json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise ParseError(f"{what} is nested too deeply.") from error
    except ValueError as error:
        raise ParseError(f"{what} is not JSON: {error}") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number there")
