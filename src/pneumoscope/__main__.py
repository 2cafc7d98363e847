"""`python -m pneumoscope`: `kedro run` where the package is installed without the project.

What `kedro package` builds runs this way, with the configuration packed beside it:
`python -m pneumoscope --conf-source=conf-pneumoscope.tar.gz`.

`python -m pneumoscope predict <film>` and `python -m pneumoscope serve` are other commands: they
start neither Kedro nor TensorFlow.
"""

import sys
from pathlib import Path
from typing import Any


def main(*arguments: Any, **options: Any) -> Any:
    """Run the pipelines; arguments and options are those of `kedro run`."""
    from kedro.framework.cli.utils import find_run_command
    from kedro.framework.project import configure_project

    package = Path(__file__).parent.name
    configure_project(package)
    # In a notebook, returning must not end the interpreter.
    options.setdefault("standalone_mode", not hasattr(sys, "ps1"))
    return find_run_command(package)(*arguments, **options)


def start() -> Any:
    """Do what the command line asks for."""
    if sys.argv[1:2] == ["predict"]:
        from pneumoscope.inference.command import main as predict

        sys.exit(predict(sys.argv[2:]))
    if sys.argv[1:2] == ["serve"]:
        from pneumoscope.serving.command import main as serve

        sys.exit(serve(sys.argv[2:]))
    return main()


if __name__ == "__main__":
    start()
