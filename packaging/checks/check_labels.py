"""Reads the labels that our exporters wrote with the libraries of others, and compares.

    python -m venv venv && venv/bin/pip install pympi-ling webvtt-py srt pysrt pandas jsonschema
    KS_LABELS_OUT=labels cargo test -p ks-project --test exchange every_format_writes
    venv/bin/python packaging/checks/check_labels.py core/project/labels

With --boris and the path of an unpacked wheel of boris-behav-obs, BORIS's own code looks for what is wrong with the
project file; its windows are replaced by empty stand-ins.
"""

import argparse
import csv
import importlib.metadata
import json
import sys
import types
from pathlib import Path

WALK, REST, DANCE = "walk", "rest & <turn>", "Schwänzeltanz"
# Class, start and end in seconds, of the first video, as far as the class occurs.
PRESENT = [(WALK, 1.0, 2.25), (REST, 1.5, 2.0), (WALK, 2.0, 3.5), (DANCE, 4.5, 6.125)]
NOTE = 'slow\n2 < 3 & "so"'
CLASSES = [WALK, REST, DANCE]


def check(what, found, wanted):
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, wanted {wanted!r}")
    print(f"ok   {what}")


def elan(folder):
    import pympi

    eaf = pympi.Elan.Eaf(str(folder / "bees.eaf"))
    names = list(eaf.get_tier_names())
    check("pympi: tiers", [name for name in names if not name.endswith(" notes")], [WALK, WALK + " (2)", REST, DANCE])
    found = []
    for name in names:
        if name.endswith(" notes"):
            notes = eaf.get_ref_annotation_data_for_tier(name)
            check("pympi: notes", [(start, end, value) for start, end, value, *_ in notes], [(1000, 2250, NOTE)])
        else:
            found += [(value, start / 1000, end / 1000) for start, end, value in eaf.get_annotation_data_for_tier(name)]
    check("pympi: annotations", sorted(found), sorted(PRESENT))
    media = eaf.media_descriptors[0]
    check("pympi: medium", media["MEDIA_URL"], "file:///data/hive%20one/bees.mp4")
    check("pympi: second file", len(pympi.Elan.Eaf(str(folder / "wasps.eaf")).get_annotation_data_for_tier("=walk")), 1)


def webvtt_file(folder):
    import html

    import webvtt

    def seconds(text):
        hours, minutes, rest = text.split(":")
        return (int(hours) * 60 + int(minutes)) * 60 + float(rest)

    cues = webvtt.read(str(folder / "bees.vtt"))
    found = [(html.unescape(cue.raw_text.split("\n")[0]), seconds(cue.start), seconds(cue.end)) for cue in cues]
    check("webvtt-py: cues", found, PRESENT)
    check("webvtt-py: note", html.unescape("\n".join(cues[0].raw_text.split("\n")[1:])), NOTE)


def srt_file(folder):
    import pysrt
    import srt

    text = (folder / "bees.srt").read_text(encoding="utf-8")
    cues = list(srt.parse(text))
    wanted = [
        (1.0, 1.5, [WALK]),
        (1.5, 2.0, [REST, WALK]),
        (2.0, 3.5, [WALK]),
        (4.5, 6.125, [DANCE]),
    ]
    found = [(cue.start.total_seconds(), cue.end.total_seconds(), sorted(cue.content.split("\n"))) for cue in cues]
    check("srt: cues", found, wanted)
    cues = pysrt.open(str(folder / "bees.srt"), encoding="utf-8")
    found = [(cue.start.ordinal / 1000, cue.end.ordinal / 1000, sorted(cue.text.split("\n"))) for cue in cues]
    check("pysrt: cues", found, wanted)


def csv_file(folder):
    import pandas

    table = pandas.read_csv(folder / "labels.csv", keep_default_na=False)
    check("pandas: columns", list(table.columns)[:5], ["video", "path", "class", "start_seconds", "end_seconds"])
    bees = table[(table.video == "bees.mp4") & (table.verdict == "present")]
    found = list(zip(bees["class"], bees.start_seconds, bees.end_seconds))
    check("pandas: rows", sorted(found), sorted(PRESENT))
    check("pandas: note", bees.note.iloc[0], NOTE)
    check("pandas: no formula", list(table[table.video == "wasps.mp4"]["class"]), ["'=walk"])
    with open(folder / "labels.csv", newline="", encoding="utf-8") as file:
        check("csv: rows", len({len(row) for row in csv.reader(file)}), 1)


def json_file(folder, schema):
    import jsonschema

    document = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    rules = json.loads(schema.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(rules)
    validator.check_schema(rules)
    check("jsonschema: labels.json", [error.message for error in validator.iter_errors(document)], [])
    document["videos"][0]["segments"][0]["start_seconds"] = -1
    check("jsonschema: a wrong time is found", len(list(validator.iter_errors(document))), 1)
    check("json: classes", [row["name"] for row in document["classes"]], CLASSES)


def activitynet(folder):
    database = json.loads((folder / "activitynet.json").read_text(encoding="utf-8"))
    results = json.loads((folder / "activitynet_results.json").read_text(encoding="utf-8"))
    # As the evaluation of the challenge reads them.
    truth = [
        (row["label"], *map(float, row["segment"]))
        for video in database["database"].values()
        if video["subset"] in ("training", "validation")
        for row in video["annotations"]
    ]
    check("activitynet: database", sorted(truth), sorted([*PRESENT[:3], ("=walk", 0.5, 1.5)]))
    found = [(row["label"], *row["segment"], row["score"]) for row in results["results"]["bees"]]
    check("activitynet: results", found, [(*PRESENT[3], 0.75)])
    check("activitynet: keys", sorted(results), ["external_data", "results", "version"])


def mmaction2(lists, localization):
    names = (lists / "label_map.txt").read_text(encoding="utf-8").splitlines()
    check("mmaction2: label map", names, [*CLASSES, "=walk"])
    rows = [line.rsplit(" ", 1) for line in (lists / "videos.txt").read_text(encoding="utf-8").splitlines()]
    check("mmaction2: list", rows[1], ["/data/hive one/wasps.mp4", "3"])
    document = json.loads((localization / "localization.json").read_text(encoding="utf-8"))
    video = document["bees"]
    keys = ["annotations", "duration_frame", "duration_second", "feature_frame", "fps", "rfps"]
    check("mmaction2: localization", sorted(video), keys)
    # As the original's loader corrects lengths: to what the features cover.
    covered = float(video["feature_frame"]) / video["duration_frame"] * video["duration_second"]
    check("mmaction2: lengths", 0 < covered <= video["duration_second"], True)


def tables(folders):
    import pandas

    events = pandas.read_csv(folders / "boris-events" / "boris_events.csv")
    kinds = events["Behavior type"].value_counts().to_dict()
    check("boris events", kinds, {"START": 5, "STOP": 5})
    states = pandas.read_csv(folders / "boris-aggregated" / "boris_aggregated.csv")
    bees = states[states["Media file name"].str.endswith("bees.mp4")]
    found = list(zip(bees.Behavior, bees["Start (s)"], bees["Stop (s)"]))
    check("boris aggregated", sorted(found), sorted(PRESENT))


def boris(path, wheel):
    class Anything(types.ModuleType):
        """Stands for the windows' libraries, which a check needs none of."""

        __path__ = []
        __all__ = []

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            if name == "sofile":
                return ""
            return type(name, (), {"__getattr__": lambda self, name: None})

    class Finder:
        roots = ("PySide6", "PyQt5", "PIL", "tablib", "pyqtgraph", "matplotlib", "mpv", "requests", "exifread", "pandas_plink", "pyreadr")

        @classmethod
        def find_spec(cls, name, path=None, target=None):
            if name.split(".")[0] not in cls.roots and name.split(".")[-1] not in ("dialog", "mpv2", "observation_operations"):
                return None
            from importlib.machinery import ModuleSpec

            return ModuleSpec(name, cls, is_package=True)

        @staticmethod
        def create_module(spec):
            return Anything(spec.name)

        @staticmethod
        def exec_module(module):
            pass

    sys.meta_path.insert(0, Finder)
    # The package itself opens windows when it is imported; only its modules are wanted.
    package = types.ModuleType("boris")
    package.__path__ = [str(wheel / "boris")]
    sys.modules["boris"] = package
    from boris import project_functions

    _, changed, project, message = project_functions.open_project_json(str(path))
    check("BORIS: opens", (project.get("error"), changed, message), (None, False, ""))
    said = project_functions.check_project_integrity(project, "s", str(path), media_file_available=False)
    check("BORIS: integrity", said.replace("<br>", "").strip(), "")
    observation = project["observations"]["bees.mp4"]
    marked = project_functions.events_start_stop(project["behaviors_conf"], observation["events"], "MEDIA")
    open_at, found = {}, []
    for time, subject, code, modifiers, _comment, _frame, mark in marked:
        if mark == "START":
            open_at[subject, code] = float(time)
        else:
            found.append((code, open_at.pop((subject, code)), float(time)))
    check("BORIS: states", sorted(found), sorted(PRESENT))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--boris", type=Path, help="an unpacked wheel of boris-behav-obs")
    args = parser.parse_args()
    folder = args.folder
    elan(folder / "elan")
    webvtt_file(folder / "webvtt")
    srt_file(folder / "srt")
    csv_file(folder / "csv")
    json_file(folder / "json", Path(__file__).parents[2] / "docs" / "schema" / "labels.schema.json")
    activitynet(folder / "activitynet")
    mmaction2(folder / "mmaction2-list", folder / "mmaction2-localization")
    tables(folder)
    if args.boris:
        boris(folder / "boris" / "labels.boris", args.boris)
    for name in ("pympi-ling", "webvtt-py", "srt", "pysrt", "pandas", "jsonschema"):
        print(f"with {name} {importlib.metadata.version(name)}")


if __name__ == "__main__":
    main()
