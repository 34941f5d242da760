#!/usr/bin/env python3
"""Merges the lists of what is in Kinetoscope into one CycloneDX document. Called by `cargo xtask package`; Python 3.11, standard library only.

The crates of each build come from cargo-cyclonedx, the rest as tables. The property `kinetoscope:in` of a part names the builds that hold it:
linux, windows, cuda (the program), linux-tarball, windows-packages (carried beside the program).
"""

import argparse
import datetime
import json
import os
import re
import sys
import tomllib
import urllib.parse
import uuid
from pathlib import Path

NAME = "kinetoscope"
ADDRESS = "https://github.com/kinetoscope/kinetoscope"
ROOT = f"{NAME}@program"

# Crates that carry a C library: where its header stands in the crate, what tells the version there, and what it is.
BUNDLED = [
    ("libsqlite3-sys", "sqlite3/sqlite3.h", r'#define SQLITE_VERSION\s+"([^"]+)"', "SQLite", "blessing", "https://www.sqlite.org"),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--crates", action="append", required=True, metavar="BUILD=FILE")
    parser.add_argument("--metadata", type=Path, required=True)
    parser.add_argument("--own", type=Path, required=True)
    parser.add_argument("--carried-linux", type=Path)
    parser.add_argument("--carried-windows", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


class Parts:
    """Every part once, with the builds that hold it, and what depends on what."""

    def __init__(self):
        self.components = {}
        self.builds = {}
        self.edges = {}

    def add(self, component, build):
        reference = component["bom-ref"]
        self.components.setdefault(reference, component)
        self.builds.setdefault(reference, set()).add(build)

    def depend(self, reference, on):
        self.edges.setdefault(reference, set()).update(on)

    def listed(self):
        for reference in sorted(self.components):
            component = dict(self.components[reference])
            where = [{"name": "kinetoscope:in", "value": build} for build in sorted(self.builds[reference])]
            component["properties"] = component.get("properties", []) + where
            yield component

    def dependencies(self):
        known = set(self.components) | {ROOT}
        return [
            {"ref": reference, "dependsOn": sorted(self.edges.get(reference, set()) & known)}
            for reference in sorted(known)
        ]


def reference_of(raw):
    """A name that says nothing of where the sources lay: cargo's own holds the folder for crates of ours."""
    local = re.fullmatch(r"path\+file://\S*?([^/#]+)#(?:([^@]+)@)?([^ ]+)", raw)
    if local:
        return f"{local[2] or local[1]}@{local[3]}"
    registry = re.fullmatch(r"registry\+\S+#([^@]+)@(\S+)", raw)
    if registry:
        return f"cargo:{registry[1]}@{registry[2]}"
    sys.exit(f"sbom.py: a crate from an unknown place: {raw}")


def crate(component):
    component = dict(component)
    component["bom-ref"] = reference_of(component["bom-ref"])
    if not component["bom-ref"].startswith("cargo:"):
        # On no registry, so there is nothing that a purl could point to.
        component.pop("purl", None)
        component.pop("components", None)
    return component


def add_crates(parts, build, path):
    document = json.loads(path.read_text(encoding="utf-8"))
    program = reference_of(document["metadata"]["component"]["bom-ref"])
    parts.depend(ROOT, [program])
    parts.add(crate(document["metadata"]["component"]), build)
    for component in document["components"]:
        parts.add(crate(component), build)
    for dependency in document["dependencies"]:
        parts.depend(reference_of(dependency["ref"]), [reference_of(on) for on in dependency.get("dependsOn", [])])


def add_bundled(parts, metadata):
    for package in json.loads(metadata.read_text(encoding="utf-8"))["packages"]:
        for name, header, pattern, library, licence, source in BUNDLED:
            carrier = f"cargo:{name}@{package['version']}"
            if package["name"] != name or carrier not in parts.components:
                continue
            text = (Path(package["manifest_path"]).parent / header).read_text(encoding="utf-8")
            version = re.search(pattern, text)
            if not version:
                sys.exit(f"sbom.py: {name} does not say which {library} it carries")
            component = made(library, version[1], licence, source)
            for build in parts.builds[carrier]:
                parts.add(component, build)
            parts.depend(carrier, [component["bom-ref"]])


def add_own(parts, path, builds):
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, name, version, licence, source = line.split("\t")
        component = made(name, version, licence, source, kind)
        for build in builds:
            parts.add(component, build)
        parts.depend(ROOT, [component["bom-ref"]])


def add_carried(parts, rows, build):
    """Rows of name, version, licence, source or None, files; one part for all files of the same name and version."""
    found = {}
    for name, version, licence, source, files in rows:
        component = found.setdefault((name, version), made(name, version, licence, source))
        component.setdefault("properties", []).extend({"name": "kinetoscope:file", "value": file} for file in files)
    if not found:
        sys.exit(f"sbom.py: the table of what {build} carries is empty")
    for component in found.values():
        component["bom-ref"] = f"{build}:{component['bom-ref']}"
        parts.add(component, build)
        parts.depend(ROOT, [component["bom-ref"]])


def linux_rows(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        columns = line.split("\t")
        if not line.strip() or line.startswith("#") or columns[:2] == ["name", "version"]:
            continue
        if len(columns) != 4 or not all(columns):
            sys.exit(f"sbom.py: line {number} of {path.name} is not name, version, licence, file: {line}")
        name, version, licence, file = columns
        yield name, version, licence, None, [file]


def windows_rows(path):
    for part in tomllib.loads(path.read_text(encoding="utf-8")).get("part", []):
        yield part["name"], part["version"], part["licence"], part["source"], part["files"]


def made(name, version, licence, source, kind="library"):
    component = {"type": kind, "bom-ref": f"{name}@{version}".replace(" ", "-"), "name": name, "version": version}
    component["licenses"] = [{"expression": licence} if is_spdx(licence) else {"license": {"name": licence}}]
    if source:
        address = urllib.parse.quote(source, safe=":/?#[]@!$&'()*+,;=%~")
        component["externalReferences"] = [{"type": "website", "url": address}]
    return component


def is_spdx(licence):
    """Whether it reads as SPDX. Debian's words do not: `GPL-2+` there is `GPL-2.0-or-later` here, `Expat` is `MIT`."""
    words = [word for word in re.split(r"[() ]+", licence) if word and word not in ("AND", "OR", "WITH")]
    foreign = re.compile(r"(and|or|and/or|with|Expat|public-domain|(A|L)?GPL-[0-9.]+|GFDL-[0-9.]+)$")
    return bool(words) and all(re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", word) and not foreign.match(word) for word in words)


def main():
    wanted = arguments()
    parts, builds = Parts(), []
    for entry in wanted.crates:
        build, _, path = entry.partition("=")
        builds.append(build)
        add_crates(parts, build, Path(path))
    add_bundled(parts, wanted.metadata)
    add_own(parts, wanted.own, builds)
    if wanted.carried_linux:
        add_carried(parts, linux_rows(wanted.carried_linux), "linux-tarball")
    if wanted.carried_windows:
        add_carried(parts, windows_rows(wanted.carried_windows), "windows-packages")
    components = list(parts.listed())
    date = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        # The same content has the same number.
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, ADDRESS + json.dumps(components, sort_keys=True))}",
        "version": 1,
        "metadata": {
            "timestamp": date.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": ROOT,
                "name": NAME,
                "version": wanted.version,
                "licenses": [{"expression": "MIT OR Apache-2.0"}],
                "externalReferences": [{"type": "vcs", "url": ADDRESS}],
            },
        },
        "components": components,
        "dependencies": parts.dependencies(),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if re.search(r"file://|path\+", text):
        sys.exit("sbom.py: a path of this machine got into the list")
    wanted.out.write_text(text, encoding="utf-8")
    held = list(parts.builds.values())
    counted = ", ".join(f"{sum(build in one for one in held)} in {build}" for build in sorted(set().union(*held)))
    print(f"{wanted.out.name}: {len(components)} parts ({counted})")


if __name__ == "__main__":
    main()
