"""A model as a folder that any web server can hand out: the page, and all that it computes with."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from pneumoscope.exchange.measures import measures
from pneumoscope.exchange.metadata import as_json
from pneumoscope.exchange.records import ExportedContract
from pneumoscope.inference.facts import describe_model
from pneumoscope.inference.predictions import Locked

RUNTIME = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
"""Files of onnxruntime-web that a page needs."""

_PAGE = "serving/page"
_SERVICE, _BROWSER = 'data-engine="service"', 'data-engine="browser"'
_FIRST = '<meta charset="utf-8">'
_SECURITY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'"
)
_README = """\
# {name}, in a browser

{notice}

This folder is a web page with a model in it. A film that is dropped on the page is read, scored and
shown by the browser itself: nothing is sent anywhere. Any web server can hand the folder out as it
is, below any path; a browser reads no such page from a folder on its own:

```sh
python -m http.server --bind 127.0.0.1      # then open http://127.0.0.1:8000
```

- `index.html`, `page/`: the page, of Pneumoscope
- `model/`: the model, its contract, and what was measured of it
- `runtime/`: onnxruntime-web {version}, Copyright (c) Microsoft Corporation, MIT License

Fingerprint: {fingerprint}

## Licences

{licences}
"""


def web_page(
    model: bytes,
    contract: ExportedContract,
    locked: Locked,
    figures: Mapping[str, Any],
    runtime: Mapping[str, bytes],
) -> dict[str, bytes]:
    """Put together the files of a page that needs no service.

    Args:
        model: The exported file.
        contract: As it lies in that file.
        locked: What was locked for the model.
        figures: As `facts.figures_of` gives them.
        runtime: Files of onnxruntime-web, by name, and their `version`.

    Returns:
        Path in the folder to content.
    """
    version = runtime["version"].decode()
    engine = f"onnxruntime-web {version}, in this browser"
    facts = describe_model(contract, locked, engine, contract.export.synthetic, figures)
    facts["licences"] = list(contract.export.licences)
    readme = _README.format(
        name=contract.name,
        notice=contract.notice,
        version=version,
        fingerprint=contract.fingerprint,
        licences="\n".join(f"- {line}" for line in contract.export.licences),
    )
    return {
        **_page(),
        "README.md": readme.encode(),
        "model/model.onnx": model,
        "model/contract.json": f"{as_json(contract)}\n".encode(),
        "model/model.json": json.dumps({**facts, "page": measures()}, ensure_ascii=False).encode(),
        **{f"runtime/{name}": runtime[name] for name in RUNTIME},
    }


def _page() -> dict[str, bytes]:
    """Give the files of the page, told to ask the model in the browser in place of a service."""
    folder = files("pneumoscope").joinpath(_PAGE)
    content = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    index = content.pop("index.html").decode()
    policy = f'<meta http-equiv="Content-Security-Policy" content="{_SECURITY}">'
    index = index.replace(_SERVICE, _BROWSER).replace(_FIRST, f"{_FIRST}\n{policy}")
    return {
        "index.html": index.encode(),
        **{f"page/{name}": content[name] for name in sorted(content)},
    }
