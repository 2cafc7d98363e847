"""All parameters of one environment in one schema, and what they must be to each other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.options.acquisition import AcquisitionOptions
from pneumoscope.options.base import Options, Seed, Text, all_different
from pneumoscope.options.collections import CollectionOptions
from pneumoscope.options.evaluation import EvaluationOptions
from pneumoscope.options.explanation import ExplanationOptions
from pneumoscope.options.external import ExternalOptions
from pneumoscope.options.fetch import FetchOptions
from pneumoscope.options.inference import InferenceOptions
from pneumoscope.options.ingestion import IngestionOptions
from pneumoscope.options.learning_curve import LearningCurveOptions
from pneumoscope.options.names import check_names
from pneumoscope.options.preprocessing import PreprocessingOptions, StressOptions
from pneumoscope.options.reporting import ReportOptions
from pneumoscope.options.robustness import RobustnessOptions
from pneumoscope.options.site_update import SiteUpdateOptions
from pneumoscope.options.splitting import SplitOptions
from pneumoscope.options.study import StudyOptions
from pneumoscope.options.training import SMALLEST_BACKBONE_SIDE, BackboneOptions, Recipe
from pneumoscope.options.tuning import TuningOptions


class ArmOptions(Options):
    """What a further protocol of a study has of its own.

    Attributes:
        split: How its patients are shared out.
    """

    split: SplitOptions


class ProjectOptions(Options):
    """Every parameter of an environment, used by a pipeline or not.

    Attributes:
        seed: Where every draw of the project starts.
        radiographs: Folder of radiographs, by --params alone.
        films: Folder of new radiographs to predict, by --params alone.
        predictions: File for their predictions, by --params alone.
        dicom_archive: Archive that results go to, by --params alone; else that of the films.
        labels: Table of labels outside the folder of radiographs, by --params alone.
        cluster: Where mappings run, by --params or DASK_SCHEDULER: an address or `local:<workers>`.
        web_runtime: Folder that holds onnxruntime-web, by --params alone.
        architectures: Names of the models to train and compare, in the order of the table.
        ensembles: Name of each ensemble to its members; null drops one of the base environment.
        external: Name of each site to the folder of its labelled films; null drops one.
        recipes: The block of each model; those that are not trained are checked as well.
        arms: The block of each protocol of a study but the first.
        collections: Collections whose tables or folders are known, by name.
    """

    seed: Seed
    radiographs: Text | None = None
    films: Text | None = None
    predictions: Text | None = None
    dicom_archive: Text | None = None
    labels: Text | None = None
    cluster: Text | None = None
    web_runtime: Text | None = None
    fetch: FetchOptions
    ingestion: IngestionOptions
    collections: dict[Text, CollectionOptions] = Field(default_factory=dict)
    split: SplitOptions
    preprocessing: PreprocessingOptions
    stress: StressOptions
    acquisition: AcquisitionOptions
    architectures: Annotated[list[Text], Field(min_length=1)]
    ensembles: dict[Text, list[Text] | None] = Field(default_factory=dict)
    evaluation: EvaluationOptions
    explanation: ExplanationOptions
    robustness: RobustnessOptions
    report: ReportOptions
    inference: InferenceOptions
    external: ExternalOptions = Field(default_factory=dict)
    site_update: SiteUpdateOptions
    learning_curve: LearningCurveOptions
    tuning: TuningOptions
    study: StudyOptions | None = None
    recipes: dict[str, Recipe]
    arms: dict[str, ArmOptions]

    @model_validator(mode="after")
    def _every_name_works(self) -> Self:
        arms = list(self.study.arms)[1:] if self.study else []
        check_names("architectures", self.architectures, type(self).model_fields)
        check_names("ensembles", self.averaged, type(self).model_fields)
        check_names("study.arms", arms, type(self).model_fields)
        everything = [*self.architectures, *self.averaged, *arms]
        # File systems of macOS and Windows take Cnn and cnn for one folder.
        all_different("names, whatever their case", (name.lower() for name in everything))
        all_different("names of sites, whatever their case", map(str.lower, self.external))
        return self

    @model_validator(mode="after")
    def _what_is_named_is_there(self) -> Self:
        models = [*self.architectures, *self.averaged]
        for name in self.architectures:
            _require("architectures", name, self.recipes, "a block of that name with `model`")
        for ensemble, members in self.averaged.items():
            for member in members:
                _require(f"ensembles.{ensemble}", member, self.architectures, "an architecture")
            all_different(f"members of {ensemble}", members)
            if len(members) < 2:
                raise InputError(
                    f"two members or more in `ensembles.{ensemble}`", str(members),
                    "Add one, or drop the ensemble: null.",
                )  # fmt: skip
        if self.inference.model is not None:
            _require("inference.model", self.inference.model, models, "a model of the comparison")
        if (curve := self.learning_curve.architecture) is not None:
            what = "a block of that name with `model`"
            _require("learning_curve.architecture", curve, self.recipes, what)
        if (tuned := self.tuning.architecture) is not None:
            what = "a block of that name with `model`"
            _require("tuning.architecture", tuned, self.recipes, what)
        for arm in list(self.study.arms)[1:] if self.study else ():
            _require("study.arms", arm, self.arms, "a block of that name with a `split` of its own")
        for one in self.study.published if self.study else ():
            _require("study.published", one.architecture, models, "a model of the comparison")
        return self

    @model_validator(mode="after")
    def _stored_radiographs_hold_real_detail(self) -> Self:
        prepared, side = self.preprocessing, self.ingestion.working_side
        kept = side - 2 * prepared.cut_from(side)
        if max(prepared.size) > kept:
            raise InputError(
                f"`preprocessing.size` within the {kept} px that `ingestion.working_side` {side} "
                f"and `border_crop` {prepared.border_crop:g} leave",
                str(list(prepared.size)),
                "Raise `ingestion.working_side`, best to twice the size, or lower the size.",
            )
        for name in self.architectures:
            model = self.recipes[name].model.root
            seen = model.side or min(prepared.size)
            if isinstance(model, BackboneOptions) and seen < SMALLEST_BACKBONE_SIDE:
                raise InputError(
                    f"radiographs of at least {SMALLEST_BACKBONE_SIDE} px for {name}",
                    f"{seen} px",
                    f"Raise `preprocessing.size` or `{name}.model.side`.",
                )
        return self

    @model_validator(mode="after")
    def _what_is_searched_can_be_trained(self) -> Self:
        # It reads recipes, and so can be imported only after them.
        from pneumoscope.tuning.space import check_values

        tuned = self.tuning.architecture or self.architectures[-1]
        check_values(tuned, self.recipes[tuned], self.tuning.ranges)
        return self

    @model_validator(mode="after")
    def _the_zone_of_the_inference_is_measured(self) -> Self:
        zone, measured = self.inference.grey_zone, self.evaluation.grey_zone.shares
        if zone is not None and zone not in measured:
            raise InputError(
                f"`inference.grey_zone` as one of `evaluation.grey_zone.shares` {list(measured)}",
                f"{zone:g}",
                "Add it there, or name one of them; null marks no film.",
            )
        return self

    @property
    def averaged(self) -> dict[str, list[str]]:
        """The ensembles that are not dropped."""
        return {name: members for name, members in self.ensembles.items() if members is not None}

    @property
    def sites(self) -> dict[str, str]:
        """The sites of external tests that are not dropped, and the folder of each."""
        return {name: folder for name, folder in self.external.items() if folder is not None}

    @classmethod
    def arrange(cls, parameters: Mapping[str, Any], asked: Callable[[str], bool]) -> dict[str, Any]:
        """Sort the blocks of models and protocols from those that every environment has.

        A block is a model's if its name is chosen, or if it is whole: a model that is not trained
        this time. Anything else by an unknown name is a slip.

        Args:
            parameters: By name, as configured.
            asked: Tells of a name whether the catalog asks --params for it.

        Raises:
            InputError: A name is unknown.
        """
        common = set(cls.model_fields) - {"recipes", "arms"}
        chosen, arms = _names(parameters, "architectures"), _names(parameters, "study", "arms")
        arranged: dict[str, Any] = {"recipes": {}, "arms": {}}
        for name, value in parameters.items():
            whole = isinstance(value, Mapping) and set(Recipe.model_fields) <= set(value)
            if name in common:
                arranged[name] = value
            elif name in arms:
                arranged["arms"][name] = value
            elif name in chosen or whole:
                arranged["recipes"][name] = value
            elif not asked(name):
                known = did_you_mean(str(name), common | chosen | arms)
                raise InputError("a parameter that exists", f"`{name}`", known)
        return arranged


def _names(parameters: Mapping[str, Any], *path: str) -> set[str]:
    found: Any = parameters
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    several = found if isinstance(found, list | Mapping) else ()
    return {name for name in several if isinstance(name, str)}


def _require(where: str, name: str, known: Iterable[str], what: str) -> None:
    if name not in known:
        raise InputError(f"{what} for '{name}' in `{where}`", "none", did_you_mean(name, known))
