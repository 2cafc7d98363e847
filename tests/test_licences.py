"""Licences of what is installed with the package: nothing under the GPL, nothing unnamed."""

from email.message import Message
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from licences import fault, named
from packaging.requirements import Requirement

USED = ("cluster", "dicom_results", "export", "jax", "s3", "serve", "tracking", "tune")
"""Extras that users install to use the package; the others are tools of its development."""


def installed(extras):
    """Return the packages that the project needs, and those that these need, as far as here."""
    waiting, seen, found = [("pneumoscope", frozenset(extras))], set(), {}
    while waiting:
        name, asked = waiting.pop()
        if (name, asked) in seen:
            continue
        seen.add((name, asked))
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
        for line in found[name].requires or []:
            needed = Requirement(line)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": one}) for one in ("", *asked)):
                waiting.append((needed.name.lower(), frozenset(needed.extras)))
    return found


def test_nothing_that_is_installed_with_the_package_is_under_the_gpl():
    packages = installed(USED)
    assert {"kedro", "keras", "numpy", "pandas", "markupsafe"} <= set(packages)
    assert {name: why for name, one in packages.items() if (why := fault(one))} == {}


class Package:
    """Metadata and files of a package."""

    def __init__(self, *headers, name="package", files=()):
        self.name, self.files, self.metadata = name, files, Message()
        for key, value in headers:
            self.metadata[key] = value


def classified(*names):
    return [("Classifier", f"License :: OSI Approved :: {name}") for name in names]


@pytest.mark.parametrize(
    ("headers", "bound"),
    [
        ([("License-Expression", "GPL-3.0-or-later")], True),
        ([("License-Expression", "AGPL-3.0-only AND MIT")], True),
        ([("License-Expression", "MIT OR GPL-2.0-only")], False),
        ([("License-Expression", "LGPL-3.0-only")], False),
        ([("License", "GPLv2 with linking exception")], True),
        ([("License", "MIT\n\nnot the GPL")], False),
        (classified("GNU General Public License v2 (GPLv2)"), True),
        (classified("GNU Affero General Public License v3"), True),
        (classified("GNU Lesser General Public License v3 (LGPLv3)"), False),
        (classified("BSD License"), False),
        (classified("Artistic License", "GNU General Public License (GPL)"), True),
    ],
)
def test_the_gpl_is_told_from_its_lesser_sister_and_from_a_choice(headers, bound):
    assert bool(fault(Package(*headers))) is bound


def test_a_choice_that_the_metadata_list_as_two_is_taken_by_name():
    both = classified("Artistic License", "GNU General Public License (GPL)")
    assert named(Package(*both, name="text-unidecode")) == ["Artistic License"]


def test_what_names_no_licence_is_named():
    assert fault(Package(("License", ""))) == "names no licence"
    assert fault(Package(*[("Classifier", "License :: OSI Approved")])) == "names no licence"
