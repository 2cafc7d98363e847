"""What the OpenAPI description says beside the types of the answers."""

from typing import Any

from pneumoscope.serving import schema

_FILE = {"type": "string", "format": "binary"}
_FILMS = {
    "type": "array",
    "items": _FILE,
    "description": "JPEG, PNG, DICOM and whatever else the ingestion reads, or zips of them.",
}

BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {"type": "object", "required": ["films"], "properties": {"films": _FILMS}}
        },
        **{
            kind: {"schema": _FILE}
            for kind in (
                "image/jpeg", "image/png", "application/dicom", "application/zip",
                "application/octet-stream",
            )
        },
    },
}  # fmt: skip
"""Of a request with films."""

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": schema.Error, "description": meaning}
    for status, meaning in {
        400: "The body is damaged, or holds no film",
        401: "The token is missing or another",
        403: "A page of another site asks",
        408: "The body came too slowly",
        413: "The body is too large, or holds too many films",
        415: "The body is of another type",
        422: "A parameter is unknown or out of range",
        429: "Too many requests wait; Retry-After says when to try again",
        503: "The line of the audit could not be written, so nothing is given out",
    }.items()
}
"""Status to its meaning, of a request with films."""
