"""Files that several processes add to at a time lose nothing."""

import json
import subprocess
import sys

import pandas as pd

ADDING = """
import sys
import pandas as pd
from pneumoscope.datasets.append_only_log import AppendOnlyLogDataset
from pneumoscope.datasets.keyed_records import KeyedRecordsDataset

folder, who = sys.argv[1:]
log = AppendOnlyLogDataset(filepath=f"{folder}/log.csv", columns=["who", "number"])
records = KeyedRecordsDataset(filepath=f"{folder}/records.json")
for number in range(25):
    log.save(pd.DataFrame({"who": [who], "number": [number]}))
    records.save({f"{who}{number}": number})
"""


def test_processes_that_add_to_the_same_file_lose_nothing(tmp_path):
    adding = [subprocess.Popen([sys.executable, "-c", ADDING, str(tmp_path), who]) for who in "abc"]
    assert [process.wait(timeout=300) for process in adding] == [0, 0, 0]
    log = pd.read_csv(tmp_path / "log.csv")
    expected = [(who, number) for who in "abc" for number in range(25)]
    assert sorted(zip(log["who"], log["number"], strict=True)) == expected
    records = json.loads((tmp_path / "records.json").read_text())
    assert sorted(records) == sorted(f"{who}{number}" for who, number in expected)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".log.csv.lock", ".records.json.lock", "log.csv", "records.json"
    ]  # fmt: skip
