"""Commands that the project adds to Kedro's own, and how errors are printed."""

import logging
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import click
from kedro.framework.cli import project as kedro_project
from kedro.framework.cli.utils import KedroCliError, _click_verbose, env_option

from pneumoscope.command_line import split_params
from pneumoscope.errors import is_refusal, three_lines, wants_traceback

STOPPED = 130
"""Exit status after Ctrl-C, as shells have it."""


def print_error(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print an input error in three lines; of any other, or with --verbose, the traceback."""
    lines = three_lines(error)
    if lines is None or wants_traceback(KedroCliError.VERBOSE_ERROR):
        _print_traceback(kind, error, trace)
    if lines is not None:
        click.echo("\n".join(lines), err=True)


# What no command has caught gets here, whether the command is Kedro's, a plugin's or the
# project's; a notebook, or a program that opens a session, keeps its own way.
_print_traceback = sys.excepthook
sys.excepthook = print_error


def _is_of_use(record: logging.LogRecord) -> bool:
    """Whether an advice of Kedro's runner helps: to repeat what is refused does not.

    An input that was refused is told with what to do; going on behind the node that read it would
    take what an earlier run has left. To save in the background gains nothing here.
    """
    message = record.getMessage()
    if message.startswith(("No nodes ran. Repeat", "Using synchronous")):
        return False
    return not (message.startswith("There are ") and is_refusal(sys.exc_info()[1]))


# A runner logs by the name of its module, and a run gets one of this project's own.
for _runner in ("kedro.runner.sequential_runner", "pneumoscope.side_by_side"):
    logging.getLogger(_runner).addFilter(_is_of_use)
if sys.stderr is not None and sys.stderr.isatty():
    from pneumoscope.terminal import colour_log_lines

    colour_log_lines()


@contextmanager
def says_how_to_go_on(command: str) -> Iterator[None]:
    """Say after Ctrl-C what goes on, and by which command, and exit as stopped programs do."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\n".join(after_a_stop(command)), err=True)
        sys.exit(STOPPED)


def after_a_stop(command: str) -> list[str]:
    """Return what to say after Ctrl-C."""
    from pneumoscope.hooks import CheckpointHooks

    kept = "Trainings go on after the last epoch that ended; other steps begin anew."
    return [f"Stopped. To go on: {command}", *[kept] * CheckpointHooks.trains]


@click.group(name="pneumoscope")
def cli() -> None:
    """Pneumoscope's own commands."""


params_option = click.option(
    "--params",
    type=click.UNPROCESSED,
    default="",
    callback=split_params,
    help=kedro_project.PARAMS_ARG_HELP,
)


@cli.command(
    params=[option for option in kedro_project.run.params if option.name != "params"],
    help=kedro_project.run.help,
)
@params_option
@_click_verbose
def run(verbose: bool, **request: Any) -> Any:
    """Run the pipeline with Kedro's own command, its --params read by ours."""
    del verbose  # noted by its own option
    with says_how_to_go_on(shlex.join(["kedro", *sys.argv[1:]])):
        return cast(Any, kedro_project.run.callback)(**request)


@cli.command()
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path))
@click.option("--compare", is_flag=True, help="Hold the runs of FOLDERS against the first of them.")
@click.option("--json", "plain", is_flag=True, help="With --compare: as JSON.")
@env_option
@params_option
def results(
    folders: tuple[Path, ...], compare: bool, plain: bool, env: str | None, params: dict
) -> None:
    """Print the comparison of the last run, the bias of its split protocol, and the report.

    With --compare: two finished runs or more side by side, each the FOLDER that RESULTS named.
    """
    from kedro.framework.session import KedroSession

    from pneumoscope.results import check_folders, print_compared, print_results

    check_folders(folders, compare, plain)
    with KedroSession.create(env=env, runtime_params=params) as session:
        context = cast(KedroSession, session).load_context()
        if compare:
            print_compared(context, folders, plain)
        else:
            print_results(context)


@cli.command()
@click.option("--model", help="The block whose recipe is searched; else `tuning.architecture`.")
@click.option("--trials", type=int, help="Recipes to try in all; else `tuning.trials`.")
@env_option
@params_option
def tune(model: str | None, trials: int | None, env: str | None, params: dict) -> None:
    """Search a recipe by trials on validation, behind a run; test is never read.

    Stopped or asked for more trials, the same search goes on.
    """
    from kedro.framework.session import KedroSession

    asked = {"architecture": model, "trials": trials}
    own = {name: value for name, value in asked.items() if value is not None}
    if own:
        params = {**params, "tuning": {**params.get("tuning", {}), **own}}
    with (
        says_how_to_go_on(shlex.join(["kedro", *sys.argv[1:]])),
        KedroSession.create(env=env, runtime_params=params) as session,
    ):
        cast(KedroSession, session).run(pipeline_names=["tuning"])


@cli.command()
@click.option("--model", help="A model or ensemble of the comparison; else `inference.model`.")
@click.option(
    "--format", "wanted", type=click.Choice(["onnx", "litert", "bundle", "web"]), default="bundle",
    show_default=True, help="One file, for onnxruntime or for LiteRT; or the first and a folder "
    "that runs without this project; or the first and a web page that runs without a service.",
)  # fmt: skip
@click.option("--runtime", help="Folder that holds onnxruntime-web; else npm fetches it.")
@env_option
@params_option
def export(
    model: str | None, wanted: str, runtime: str | None, env: str | None, params: dict
) -> None:
    """Export an evaluated model for other programs, if its scores are those measured."""
    from kedro.framework.session import KedroSession

    if model is not None:
        params = {**params, "inference": {**params.get("inference", {}), "model": model}}
    if runtime is not None:
        params = {**params, "web_runtime": runtime}
    pipelines, last = {
        "onnx": (["exchange"], "exchange.write_export"),
        "litert": (["litert"], "litert.write_litert"),
        "bundle": (["exchange"], "exchange.write_bundle"),
        "web": (["exchange", "web_page"], "write_web_page"),
    }[wanted]
    with (
        says_how_to_go_on(shlex.join(["kedro", *sys.argv[1:]])),
        KedroSession.create(env=env, runtime_params=params) as session,
    ):
        cast(KedroSession, session).run(pipeline_names=pipelines, to_nodes=[last])


@cli.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
@env_option
@params_option
def serve(options: tuple[str, ...], env: str | None, params: dict) -> None:
    """Serve the model of `inference.model`: a page and an API. --help shows its options."""
    from pneumoscope.serving.command import main

    sys.exit(main(options, "kedro serve [--env ENV] [--params PARAMS]", _of_run(env, params)))


def _of_run(env: str | None, params: dict) -> dict[str, str]:
    """Read where a run writes and which model it predicts with; a session would take seconds."""
    from kedro.framework.project import settings
    from kedro.utils import find_kedro_project

    project = find_kedro_project(Path.cwd()) or Path.cwd()
    conf, arguments = str(project / settings.CONF_SOURCE), settings.CONFIG_LOADER_ARGS
    loader = settings.CONFIG_LOADER_CLASS(conf, env, runtime_params=params, **arguments)
    parameters = loader["parameters"]
    model = parameters["inference"]["model"] or parameters["architectures"][-1]
    results = str(project / loader["globals"]["results"])
    return {"results": results, "model": model, "site": parameters["inference"]["site"] or ""}


@cli.command()
@click.argument("folder")
@click.option("--env", "-e", default="hospital", show_default=True, help="As of kedro run.")
@click.option("--params", default="", help=kedro_project.PARAMS_ARG_HELP)
def check(folder: str, env: str, params: str) -> None:
    """Tell what a run would make of a FOLDER of radiographs, in seconds; nothing is written.

    The folder may be an archive or an address as well. Ends with the command to run next.
    """
    from kedro.framework.session import KedroSession

    # What is found is told once, in the order of a page.
    logging.getLogger("pneumoscope").setLevel(logging.WARNING)
    given = {**split_params(None, None, params), "radiographs": folder}
    with KedroSession.create(env=env, runtime_params=given) as session:
        context = cast(KedroSession, session).load_context()
        catalog, parameters = context.catalog, context.params
        from pneumoscope.ingestion.recognition import recognise
        from pneumoscope.preview.look import look
        from pneumoscope.preview.words import preview_lines

        files, options = catalog.load("radiographs"), parameters["ingestion"]
        known = parameters["collections"]
        layout = recognise(files, catalog.load("labels"), options, known)
        found = look(files, layout, options, parameters["split"], parameters["seed"])
        click.echo(preview_lines(found, folder, env, params, min(parameters["preprocessing"].size)))
        if found.obstacle is not None:
            sys.exit(1)


@cli.command()
@click.option("--into", type=click.Path(path_type=Path), default=Path("docs/structure.md"))
def graph(into: Path) -> None:
    """Draw the graph as mermaid between the markers of a Markdown file."""
    from kedro.framework.project import pipelines

    from pneumoscope.datasets.atomic import replacing
    from pneumoscope.graph import as_mermaid, replace_between_markers

    text = into.read_text(encoding="utf-8")
    drawn = as_mermaid({name: pipe for name, pipe in pipelines.items() if name != "__default__"})
    with replacing(into.resolve()) as finished:
        finished.write_text(replace_between_markers(text, drawn), encoding="utf-8")
    click.echo(f"Drew the graph into {into}")


@cli.command()
def stages() -> None:
    """Write dvc.yaml anew: what each stage of the default run needs and makes."""
    from pneumoscope.stages.commands import write_stages

    if write_stages():
        click.echo("Wrote dvc.yaml")


@cli.command()
@click.argument("name")
def stage(name: str) -> None:
    """Run one stage of dvc.yaml, for DVC: by conf/base alone, whatever the shell has set."""
    from pneumoscope.stages.commands import run_stage

    with says_how_to_go_on("dvc repro"):
        run_stage(name)
