"""A model as a folder that runs without this project: the file, its card, and an example."""

from importlib.resources import files

from pneumoscope.exchange.metadata import as_json
from pneumoscope.exchange.records import ExportedContract

_COPIED = (f"{__package__}.example", f"{__package__}.outside")
"""Modules that are copied into bundles, and that nothing here imports."""
_README = """\
# {name}

{notice}

A classifier of chest radiographs, from a film to P(PNEUMONIA), exported by Pneumoscope. It runs
with onnxruntime, numpy and Pillow alone:

```sh
python -m venv .venv && .venv/bin/pip install -r requirements.txt
.venv/bin/python example.py FILM.jpeg
```

- `model.onnx`: the model, its preprocessing inside, and all of the following in its metadata
- `contract.json`: what it promises: threshold, grey zone, calibration, where it comes from
- `card.md`: how it was trained, measured, and where it fails
- `example.py`: sixty lines to copy from
- `outside.py`: tells films unlike those of train, by numpy

Fingerprint: {fingerprint}

## Licences

{licences}
"""


def bundle(model: bytes, contract: ExportedContract, card: str) -> dict[str, bytes]:
    """Put together the files of a bundle.

    Args:
        model: The exported file.
        contract: As it lies in that file.
        card: Model card as Markdown.

    Returns:
        Name to content.
    """
    readme = _README.format(
        name=contract.name,
        notice=contract.notice,
        fingerprint=contract.fingerprint,
        licences="\n".join(f"- {line}" for line in contract.export.licences),
    )
    runtime, _, version = contract.export.parity.runtime.partition(" ")
    texts = {
        "README.md": readme,
        "card.md": card,
        "contract.json": f"{as_json(contract)}\n",
        # Of the release that the model was compared on, or a newer one.
        "requirements.txt": f"{runtime}>={version}\nnumpy\npillow\n",
    }
    sources = (module.rpartition(".") for module in _COPIED)
    code = {
        f"{name}.py": files(room).joinpath(f"{name}.py").read_bytes() for room, _, name in sources
    }
    encoded = {name: text.encode() for name, text in texts.items()}
    return {"model.onnx": model, **code, **encoded}
