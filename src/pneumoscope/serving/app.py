"""The addresses of the service and what they answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Security
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBearer
from fastapi.staticfiles import StaticFiles
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp

import pneumoscope
from pneumoscope.inference.predictor import FilmPrediction
from pneumoscope.serving import schema
from pneumoscope.serving.batches import Asked
from pneumoscope.serving.failures import answer_failures
from pneumoscope.serving.hosts import KnownHosts
from pneumoscope.serving.limits import Gate, Limits, Refused
from pneumoscope.serving.openapi import BODY, ERRORS
from pneumoscope.serving.pictures import images_of
from pneumoscope.serving.protection import Observed, check_origin, check_token
from pneumoscope.serving.service import Service
from pneumoscope.serving.uploads import Film, read_films

PAGE = Path(__file__).parent / "page"
"""Files of the page."""

GONE = 499
"""Status, in the log, of a request whose client did not wait for the answer."""


def build_app(
    service: Service, facts: Mapping[str, Any], token: str | None, hosts: Sequence[str]
) -> ASGIApp:
    """Give the application that uvicorn runs.

    Args:
        service: The model.
        facts: What is known of it, as `facts.model_facts` gives it.
        token: That clients must know; None: none.
        hosts: Names that a request may call this machine.
    """

    async def allowed(request: Request) -> None:
        check_origin(request)
        check_token(request, token)

    app = FastAPI(
        title="Pneumoscope",
        version=pneumoscope.__version__,
        description=pneumoscope.NOTICE,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # A trace would tell addresses, and what an error says.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_closing(service),
    )
    # For the description alone: `allowed` says in three parts what is missing.
    described = [Security(HTTPBearer(auto_error=False))] if token else []
    guarded = [*described, Depends(allowed)]
    app.include_router(_of_model(service, facts), dependencies=guarded)
    _add_page(app)
    answer_failures(app)
    app.add_middleware(KnownHosts, hosts=list(hosts))
    return Observed(app)


def _closing(service: Service) -> Any:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    return lifespan


def _of_model(service: Service, facts: Mapping[str, Any]) -> APIRouter:
    router, gate = APIRouter(prefix="/v1"), Gate(service.limits)
    known = {"models": [facts], "limits": _bounds(service.limits)}

    @router.get(
        "/models", response_model=schema.Models, summary="The model, and what is known of it",
        responses={status: ERRORS[status] for status in (401, 403)},
    )  # fmt: skip
    async def models() -> Response:
        return JSONResponse(known)

    @router.post(
        "/predict", response_model=schema.Predictions, summary="Predict one film or many",
        responses=ERRORS, openapi_extra={"requestBody": BODY},
    )  # fmt: skip
    async def predict(request: Request, question: Annotated[schema.Question, Query()]) -> Response:
        shown = question.images or question.occlusion
        asked = Asked(question.prevalence, shown, question.occlusion)
        try:
            with gate.enter() as visit:
                sent = await read_films(request, service.limits, visit)
                films = _chosen(sent, question.only)
                _check_shown(films, asked, service.limits)
                found = await _unless_gone(request, service, films, asked)
        except ClientDisconnect:
            return Response(status_code=GONE)
        answer = await asyncio.to_thread(_answer, films, found, facts["notice"])
        request.state.told = answer["counts"]
        return JSONResponse(answer)

    return router


def _bounds(limits: Limits) -> dict[str, float]:
    return {
        "max_megabytes": limits.megabytes,
        "max_films": limits.films,
        "max_films_with_images": limits.shown,
        "seconds": limits.seconds,
    }


def _chosen(films: Sequence[Film], only: int | None) -> Sequence[Film]:
    if only is None:
        return films
    if only >= len(films):
        raise Refused(
            422,
            f"only to be below the number of films that are sent, {len(films):,}",
            f"{only:,}",
            "Count from 0, in the order of an answer with all films.",
        )
    return films[only : only + 1]


def _check_shown(films: Sequence[Film], asked: Asked, limits: Limits) -> None:
    if asked.maps and len(films) > limits.shown:
        raise Refused(
            413,
            f"at most {limits.shown} films where images are asked for",
            f"{len(films):,}",
            "Send fewer at a time, or leave images out.",
        )
    if asked.occlusion and len(films) > 1:
        raise Refused(
            413,
            "one film where occlusion is asked for",
            f"{len(films):,}",
            "Send one at a time, or say only which.",
        )


async def _unless_gone(
    request: Request, service: Service, films: Sequence[Film], asked: Asked
) -> list[FilmPrediction]:
    """Predict, and stop as soon as nobody waits for the answer any more."""
    work = asyncio.ensure_future(service.predict(films, asked, request.state.request))
    gone = asyncio.ensure_future(request.receive())  # the body is read: all else is that it is over
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise ClientDisconnect
        return work.result()
    finally:
        for task in (work, gone):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


def _answer(films: Sequence[Film], found: Sequence[FilmPrediction], notice: str) -> dict[str, Any]:
    read = sum(one.reason == "" for one in found)
    return {
        "films": [
            {"number": film.number, **one.plain(), "images": images_of(one)}
            for film, one in zip(films, found, strict=True)
        ],
        "counts": {"films": len(found), "read": read, "not_read": len(found) - read},
        "notice": notice,
    }


def _add_page(app: FastAPI) -> None:
    @app.get("/health", response_model=schema.Health, summary="Whether the service runs")
    async def health() -> Response:
        return JSONResponse({"status": "ok"})

    page = StaticFiles(directory=PAGE, html=True)
    app.mount("/page", page)
    app.mount("/", page)
