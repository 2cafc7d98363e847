"""Every option of every environment, set to what it cannot be: refused, and told in three parts."""

import copy
import math
import re
import shutil
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf
from processor import usual_seconds
from pydantic import BaseModel, RootModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from pneumoscope.command_line import PATHS
from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.errors import InputError, three_lines
from pneumoscope.models.architectures.registry import ARCHITECTURES
from pneumoscope.options.base import Options
from pneumoscope.options.project import ProjectOptions
from pneumoscope.options.reading import read_parameters
from pneumoscope.radiographs.transforms import crop_border
from pneumoscope.settings import CONFIG_LOADER_ARGS

CONF = Path(__file__).parents[2] / "conf"
ENVIRONMENTS = sorted(
    folder.name for folder in CONF.iterdir() if folder.is_dir() and folder.name != "local"
)
NOT_FINITE = [math.nan, math.inf, -math.inf]
WRONG_TYPES = {
    int: [True, "3", 2.5, [], {}, *NOT_FINITE],
    float: [True, "0.5", [], {}, *NOT_FINITE],
    bool: [1, 0, "yes", "", [], {}],
    str: [True, 3, 0.5, ["x"], {}],
}


def loader(env: str, **runtime: Any) -> LayeredConfigLoader:
    return LayeredConfigLoader(str(CONF), env=env, runtime_params=runtime, **CONFIG_LOADER_ARGS)


@cache
def parameters_of(env: str) -> dict[str, Any]:
    """Give an environment's parameters; whoever changes them works on a copy."""
    return loader(env)["parameters"]


class Somewhere:
    def origin(self, _path: Any) -> str:
        return "conf"

    def asks(self, _name: str) -> bool:
        return False


somewhere = Somewhere()


class Option:
    """One place in the parameters: what its schema says, taken apart."""

    def __init__(self, path: tuple, annotation: Any, metadata: tuple = ()) -> None:
        self.path, self.metadata, self.optional = path, list(metadata), False
        while True:
            if get_origin(annotation) is Annotated:
                annotation, *more = get_args(annotation)
                for one in more:
                    self.metadata += one.metadata if isinstance(one, FieldInfo) else [one]
            elif get_origin(annotation) in (Union, UnionType):
                kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
                self.optional |= len(kinds) < len(get_args(annotation))
                if len(kinds) > 1:
                    break
                (annotation,) = kinds
            else:
                break
        self.type = annotation

    @property
    def bounds(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self.metadata:
            for kind in ("ge", "gt", "le", "lt", "min_length", "max_length"):
                if getattr(one, kind, None) is not None:
                    found[kind] = getattr(one, kind)
        return found

    def bad(self) -> list[Any]:
        """Give values of another type, out of range, empty, or not finite."""
        values = [] if self.optional else [None]
        values += WRONG_TYPES.get(self.type, [3.5, True])
        if self.type not in WRONG_TYPES:
            values += ["nosuch", ""]
        beyond = {"ge": -1, "gt": 0, "le": 1, "lt": 0}
        values += [bound + beyond[kind] for kind, bound in self.bounds.items() if kind in beyond]
        if self.bounds.get("min_length"):
            values.append("" if self.type is str else {} if get_origin(self.type) is dict else [])
        return values


def fields(model: type[BaseModel], path: tuple, data: Any) -> Iterator[Option]:
    """Walk a schema along the parameters that an environment has; unset blocks by their schema."""
    for name, field in model.model_fields.items():
        value = data.get(name) if isinstance(data, dict) else None
        yield from options(Option((*path, name), field.annotation, tuple(field.metadata)), value)


def options(option: Option, value: Any) -> Iterator[Option]:
    yield option
    kind, origin = option.type, get_origin(option.type)
    if isinstance(kind, type) and issubclass(kind, RootModel):
        yield from fields(ARCHITECTURES[value["architecture"]].options, option.path, value)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        whole = any(field.is_required() for field in kind.model_fields.values())
        if isinstance(value, dict) or not whole:
            yield from fields(kind, option.path, value)
    elif origin in (tuple, list) and value:
        item = get_args(kind)[0]
        yield from options(Option((*option.path, 0), item), value[0])
    elif origin in (dict,) and value:
        key = next(iter(value))
        yield from options(Option((*option.path, key), get_args(kind)[1]), value[key])


def every_option(parameters: dict) -> Iterator[Option]:
    arranged = ProjectOptions.arrange(parameters, somewhere.asks)
    for option in fields(ProjectOptions, (), {**arranged, "recipes": None, "arms": None}):
        if option.path not in (("recipes",), ("arms",)):
            yield option
    for drawer in ("recipes", "arms"):
        block = get_args(ProjectOptions.model_fields[drawer].annotation)[1]
        for name, value in arranged[drawer].items():
            yield from options(Option((name,), block), value)


def with_value(parameters: dict, path: tuple, value: Any) -> dict:
    """Give a copy that differs at the path; what lies beside the path is shared."""
    changed = block = copy.copy(parameters)
    for key in path[:-1]:
        unset = isinstance(block, dict) and block.get(key) is None
        block[key] = {} if unset else copy.copy(block[key])
        block = block[key]
    block[path[-1]] = value
    return changed


def at(parameters: Any, path: tuple) -> Any:
    for key in path:
        try:
            parameters = parameters[key]
        except (KeyError, IndexError, TypeError):
            return None
    return parameters


def refusal(parameters: dict, source: Any = somewhere) -> InputError:
    with pytest.raises(InputError) as caught:
        read_parameters(parameters, source)
    return caught.value


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_every_environment_has_parameters_that_fit(env):
    assert read_parameters(parameters_of(env), somewhere).architectures


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_option_takes_what_it_cannot_be(env):
    parameters, base = parameters_of(env), parameters_of("base")
    seen, taken = 0, []
    for option in every_option(parameters):
        # What an environment has from base is tried there.
        if env != "base" and at(parameters, option.path) == at(base, option.path) is not None:
            continue
        for value in option.bad():
            seen += 1
            try:
                read_parameters(with_value(parameters, option.path, value), somewhere)
                taken.append((option.path, value))
            except InputError as error:
                assert all(line and "\n" not in line for line in three_lines(error)), option.path
    assert taken == []
    assert seen > 200


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


@given(option=st.sampled_from(list(every_option(parameters_of("be_well")))), value=ANYTHING)
@settings(max_examples=300, deadline=None)
def test_whatever_an_option_is_set_to_it_fits_or_is_refused_in_three_lines(option, value):
    try:
        read_parameters(with_value(parameters_of("be_well"), option.path, value), somewhere)
    except InputError as error:
        assert all(line and "\n" not in line for line in three_lines(error))


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_block_takes_a_key_that_it_does_not_know(env):
    parameters = parameters_of(env)
    blocks = [
        option.path
        for option in every_option(parameters)
        if isinstance(option.type, type) and issubclass(option.type, BaseModel)
    ]
    assert len(blocks) > 15
    for path in blocks:
        error = refusal(with_value(parameters, (*path, "nosuch"), 1))
        assert "nosuch" in error.received, path


def test_every_number_has_bounds_on_both_sides_and_takes_what_lies_within():
    seen = 0
    for env in ENVIRONMENTS:
        for option in every_option(parameters_of(env)):
            if option.type not in (int, float):
                continue
            seen += 1
            found = option.bounds
            assert {"ge", "gt"} & set(found) and {"le", "lt"} & set(found), option.path
            adapter = TypeAdapter(
                Annotated[option.type, *option.metadata], config=Options.model_config
            )
            for kind in ("ge", "le"):
                if kind in found:
                    assert adapter.validate_python(found[kind]) == found[kind]
            for kind in ("gt", "lt"):
                if kind in found:
                    with pytest.raises(ValidationError):
                        adapter.validate_python(found[kind])
    assert seen > 300


def test_every_text_and_list_that_is_read_has_something_in_it():
    """An empty name, title or spelling would be shown, compared or matched as if it were one."""
    free = {"weights"}
    for env in ENVIRONMENTS:
        for option in every_option(parameters_of(env)):
            if option.type is str and option.path[-1] not in free:
                assert option.bounds.get("min_length"), option.path


CONTRADICTIONS = {
    "a size above what is decoded": ({"preprocessing": {"size": [200, 200]}}, "working_side"),
    "a crop that leaves less than the size": ({"preprocessing": {"border_crop": 0.2}}, "78 px"),
    "two variants of one name": (
        {"stress": {"variants": [{"name": "a", "blur": 1.0}, {"name": "a", "blur": 2.0}]}},
        "names of variants",
    ),
    "a variant that changes nothing": (
        {"stress": {"variants": [{"name": "a", "contrast": 1.0}]}}, "none that changes a film",
    ),
    "a crop larger than the film": ({"cnn": {"augmentation": {"crop_area": [0.5, 1.5]}}}, "1.5"),
    "a range upside down": ({"cnn": {"augmentation": {"gamma": [2.0, 0.5]}}}, "[low, high]"),
    "one spelling for both classes": (
        {"ingestion": {"class_folders": {"NORMAL": ["Sano"], "PNEUMONIA": ["sano"]}}}, "for both",
    ),
    "one spelling in two forms": (
        {"ingestion": {"class_folders": {"NORMAL": ["neumoni\u0301a"], "PNEUMONIA": ["neumonía"]}}},
        "for both",
    ),
    "shares that leave nothing": (
        {"split": {"policy": "pooled", "validation_share": 0.5, "test_share": 0.5}}, "0.5 + 0.5",
    ),
    "a zone that is not measured": ({"inference": {"grey_zone": 0.15}}, "0.15"),
    "a model that is not there": ({"inference": {"model": "vgg"}}, "'vgg'"),
    "an ensemble of one": ({"ensembles": {"ensemble": ["cnn"]}}, "['cnn']"),
    "an ensemble of twins": ({"ensembles": {"ensemble": ["cnn", "cnn"]}}, "'cnn' twice"),
    "an ensemble of strangers": ({"ensembles": {"ensemble": ["cnn", "vgg"]}}, "'vgg'"),
    "an ensemble called as a model": ({"ensembles": {"cnn": ["cnn", "mlp"]}}, "'cnn' twice"),
    "no model": ({"architectures": []}, "[]"),
    "a model twice": ({"architectures": ["cnn", "cnn"]}, "'cnn' twice"),
    "a model in two cases": ({"architectures": ["cnn", "CNN"]}, "'cnn' twice"),
    "a model without a block": ({"architectures": ["cnn", "dnn"]}, "'dnn'"),
    "a dotted name": ({"architectures": ["cnn.v2"]}, "Call it 'cnn_v2'"),
    "a name that is a path": ({"architectures": ["../cnn"]}, "letters, digits and _"),
    "a name that a parameter bears": ({"architectures": ["seed"]}, "nothing else bears"),
    "a name that an entry bears": ({"architectures": ["Figures"]}, "nothing else bears"),
    "frozen layers without weights": (
        {"cnn": {"model": {"architecture": "vgg16", "trainable_share": 0.5}}}, "filters",
    ),
    "an operating point twice": (
        {"evaluation": {"operating_points": [{"rule": "youden"}, {"rule": "youden"}]}}, "twice",
    ),
    "a rule without its number": ({"evaluation": {"threshold": {"rule": "fixed"}}}, "`value`"),
    "too few phantoms": ({"fetch": {"phantoms": {"patients": 12, "test_share": 0.9}}}, "subtype"),
}  # fmt: skip


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_options_that_contradict_each_other_are_refused(name):
    change, told = CONTRADICTIONS[name]
    changed = OmegaConf.to_container(OmegaConf.merge(parameters_of("base"), change))
    assert told in str(refusal(changed))


SIZE = ("preprocessing", "size")


@pytest.mark.parametrize(("side", "crop"), [(128, 0.2), (127, 0.2), (129, 0.2), (100, 0.29)])
def test_a_size_may_be_all_that_the_border_leaves_and_no_pixel_more(side, crop):
    parameters = with_value(parameters_of("base"), ("ingestion", "working_side"), side)
    parameters = with_value(parameters, ("preprocessing", "border_crop"), crop)
    options = read_parameters(with_value(parameters, SIZE, [32, 32]), somewhere).preprocessing
    left = min(crop_border(np.zeros((side, side + 9), np.uint8), options).shape)
    read_parameters(with_value(parameters, SIZE, [left, 32]), somewhere)
    assert f"within the {left} px" in str(refusal(with_value(parameters, SIZE, [32, left + 1])))


def test_backbones_need_radiographs_that_they_can_halve_five_times():
    small = with_value(parameters_of("be_well"), ("preprocessing", "size"), [16, 16])
    read_parameters(small, somewhere)  # `side` brings them to 64 px
    changed = with_value(small, ("resnet50v2", "model", "side"), None)
    assert "at least 32 px for resnet50v2" in str(refusal(changed))


def test_every_class_needs_a_folder_name():
    changed = with_value(parameters_of("base"), ("ingestion", "class_folders"), {})
    assert "none for NORMAL, PNEUMONIA" in str(refusal(changed))


NEAR_MISSES = {
    "film": "Did you mean 'films'?", "radiograph": "Did you mean 'radiographs'?",
    "seeed": "Did you mean 'seed'?", "cnm": "Did you mean 'cnn'?",
    "splits": "Did you mean 'split'?", "architecture": "Did you mean 'architectures'?",
}  # fmt: skip


@pytest.mark.parametrize("name", NEAR_MISSES)
@pytest.mark.parametrize("value", [3, "/films", {"fitting": {"epochs": 3}}])
def test_a_key_that_nothing_knows_is_refused_with_the_nearest(name, value):
    error = refusal({**parameters_of("base"), name: value})
    assert error.received == f"`{name}`"
    assert error.remedy == f"{NEAR_MISSES[name]} It stands in conf."


def test_a_model_that_is_not_trained_is_checked_all_the_same():
    parameters = {**parameters_of("kermany"), "architectures": ["cnn"], "ensembles": {}}
    read_parameters(parameters, somewhere)
    changed = with_value(parameters, ("vgg16", "fitting", "epochs"), 0)
    assert "vgg16.fitting.epochs" in str(refusal(changed))


def test_every_architecture_has_a_block_on_the_real_radiographs_and_joins_by_its_name():
    parameters = {**parameters_of("kermany"), "architectures": [*ARCHITECTURES], "ensembles": {}}
    read_parameters(parameters, somewhere)
    blocks = {name: parameters[name]["model"]["architecture"] for name in ARCHITECTURES}
    assert blocks == {name: name for name in ARCHITECTURES}


def test_the_remedy_names_the_file_or_the_command_that_the_value_stands_in():
    config = loader("kermany", cnn={"fitting": {"epochs": 0}})
    assert "It stands in --params." in str(refusal(config["parameters"], config))
    config = loader("kermany")
    assert config["parameters"]
    for path, place in [
        (("cnn", "fitting", "learning_rate"), "conf/kermany/training/parameters.yml"),
        (("split", "test_share"), "conf/base/rebalancing/parameters.yml"),
        (("seed",), "conf/base/parameters.yml"),
    ]:
        changed = with_value(parameters_of("kermany"), path, "x")
        assert refusal(changed, config).remedy.endswith(f"It stands in {place}.")


def test_every_path_that_the_catalog_asks_for_is_known_to_be_one():
    """Else a folder called 2024 would be read as a number, and a comma would end a path."""
    asked = {
        name
        for file in (CONF / "base").rglob("catalog.yml")
        for name in re.findall(r"runtime_params:(\w+),", file.read_text(encoding="utf-8"))
    }
    assert asked == set(PATHS)
    assert asked <= set(ProjectOptions.model_fields)


def test_a_name_that_an_environments_own_catalog_asks_for_is_known(tmp_path):
    shutil.copytree(CONF / "base", tmp_path / "base")
    (tmp_path / "hospital").mkdir()
    entry = "{type: MemoryDataset, metadata: {place: '${runtime_params:bucket,none}'}}"
    (tmp_path / "hospital/catalog.yml").write_text(f"archive_of_ours: {entry}")
    for name, known in (("bucket", True), ("buckets", False)):
        given = {name: "x"}
        config = LayeredConfigLoader(
            str(tmp_path), env="hospital", runtime_params=given, **CONFIG_LOADER_ARGS
        )
        if known:
            assert read_parameters(config["parameters"], config).architectures
        else:
            assert refusal(config["parameters"], config).received == "`buckets`"


def test_all_this_takes_less_than_two_seconds():
    begin = time.process_time()
    config = loader("kermany", sead=1)
    refusal(config["parameters"], config)
    assert usual_seconds(begin) < 2
