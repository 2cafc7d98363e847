"""Whatever goes wrong with a request, answered as JSON in three parts."""

import json

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from pneumoscope.serving.limits import Refused

_SHOWN = 60
"""Characters that are given back of what was asked."""


def answer_failures(app: FastAPI) -> None:
    """Have refusals, parameters out of range and unknown addresses answered."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_such)
    app.add_exception_handler(Exception, _broken)


def response_of(refused: Refused) -> Response:
    """Give the answer to a request that is refused."""
    return JSONResponse(refused.as_json(), refused.status, headers=refused.headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return response_of(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"][1:])[:_SHOWN]
    given = json.dumps(first.get("input"), default=str)[:_SHOWN]
    expected = f"`{name}` as /openapi.json describes it ({first['msg']})"
    return response_of(Refused(422, expected, given, "Correct it, or leave it out."))


async def _no_such(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    expected = "an address of the service, and a method that it has"
    headers = dict(error.headers or {})
    return response_of(
        Refused(error.status_code, expected, error.detail, "/openapi.json has them all.", headers)
    )


async def _broken(request: Request, _: Exception) -> Response:
    remedy = f"Tell who runs it; the log has the place under {request.state.request}."
    return response_of(Refused(500, "the service to answer", "an error in its code", remedy))
