"""The licences of an environment's packages, and those that the project must not depend on.

python tests/support/licences.py <python>
"""

import json
import re
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from subprocess import run

OFFERED = {"text-unidecode": "Artistic License"}
"""Packages that come under one of several licences, as their metadata list them: the one taken."""

COPYLEFT = re.compile(r"\b(A?GPL|(Affero )?General Public License)", re.IGNORECASE)
LESSER = re.compile(r"\bL(esser )?G(eneral )?P|Lesser General Public License", re.IGNORECASE)
KNOWN_TEXTS = {
    "Redistribution and use in source and binary forms": "BSD",
    "Apache License": "Apache",
    "Permission is hereby granted, free of charge": "MIT",
}
"""What a licence's text begins to say, where the metadata name none."""


def named(package: Distribution) -> list[str]:
    """Return what a package says of its licence; empty if it says nothing."""
    offered = OFFERED.get(package.name)
    metadata = package.metadata
    classifiers = [
        line.split("::")[-1].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::") and line != "License :: OSI Approved"
    ]
    short = [(metadata.get("License") or "").strip().split("\n")[0]]
    found = [metadata.get("License-Expression") or "", *classifiers, *short]
    if offered in found:
        return [offered]
    return [one for one in found if one] or _by_text(package)


def fault(package: Distribution) -> str:
    """Say why the project must not depend on a package; empty if it may."""
    licences = named(package)
    if not licences:
        return "names no licence"
    bound = [one for one in licences if COPYLEFT.search(LESSER.sub("", one)) and " OR " not in one]
    return f"is under {bound[0]}" if bound else ""


def _by_text(package: Distribution) -> list[str]:
    texts = [
        Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
        for file in package.files or []
        if re.match(r"(?i)(licen[cs]e|copying)", file.name)
    ]
    return [name for text in texts for begin, name in KNOWN_TEXTS.items() if begin in text]


def main() -> None:
    """Name every package of the environment that the project must not depend on."""
    code = "import sys, json; print(json.dumps(sys.path))"
    path = json.loads(run([sys.argv[1], "-c", code], capture_output=True, check=True).stdout)
    packages = list(distributions(path=path))
    faults = [f"{package.name} {why}" for package in packages if (why := fault(package))]
    if faults:
        sys.exit("\n".join(sorted(faults)))
    print(f"{len(packages)} packages, all under licences that the project may depend on")


if __name__ == "__main__":
    main()
