"""Against a real S3 server on this machine."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from archives import FILMS, contents, load
from object_store import BUCKET, MISSING, ObjectStore, SlowRoad, object_store
from whole_runs import finish, run

from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores import remote
from pneumoscope.errors import InputError, three_lines
from pneumoscope.ingestion.scan import scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        bool(MISSING), reason=f"no {', '.join(MISSING)}: install the extras s3 and services"
    ),
    # aiobotocore leaves connections to the collector when its loop is gone.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with object_store() as store:
        store.put({f"kermany/{path}": data for path, data in FILMS.items()})
        yield store


def told(error: BaseException) -> str:
    lines = three_lines(error)
    assert lines is not None
    return "\n".join(lines)


def test_every_file_is_read_where_it_lies_with_its_size_known_before(store):
    files = load("s3://films/kermany", credentials=store.credentials())
    assert list(files) == sorted(FILMS)
    assert contents(files) == FILMS
    assert {path: read.size for path, read in files.items()} == {
        path: len(data) for path, data in FILMS.items()
    }
    whole = load("s3://films", credentials=store.credentials())
    assert {f"kermany/{path}" for path in FILMS} <= set(whole)


def test_names_of_every_kind_are_keys_of_their_own(store):
    odd = {
        "odd/a//b.jpeg": b"1", "odd/a/b.jpeg": b"2", "odd/folder/": b"", "odd/full/": b"3",
        "odd/x/../y.jpeg": b"4", "odd/=cmd.jpeg": b"5", "odd/Icon\r": b"6", "odd/ü [*]?.jpeg": b"7",
        "odd/a b+c%20d.jpeg": b"8",
    }  # fmt: skip
    store.put(odd)
    assert contents(load("s3://films/odd", credentials=store.credentials())) == {
        "a//b.jpeg": b"1", "a/b.jpeg": b"2", "full": "it is named like a folder and holds data",
        "x/../y.jpeg": "its name leads out of the folder", r"\x3dcmd.jpeg": b"5",
        r"Icon\x0d": b"6", "ü [*]?.jpeg": b"7", "a b+c%20d.jpeg": b"8",
    }  # fmt: skip


@pytest.mark.parametrize(
    "place",
    ["s3://films/a.zip", "zip://::s3://films/a.zip", "s3://films/a.tar", "s3://films/a.tar.gz"],
)
def test_an_archive_in_a_bucket_is_read_in_place(store, zipped, tarred, place):
    store.put({
        "a.zip": zipped(*FILMS.items()).read_bytes(),
        **{name: tarred(*FILMS.items(), name=name).read_bytes() for name in ("a.tar", "a.tar.gz")},
    })  # fmt: skip
    assert contents(load(place, credentials=store.credentials())) == FILMS
    inside = load(f"{place}/train", credentials=store.credentials())
    assert set(inside) == {"NORMAL/a.jpeg", "PNEUMONIA/ä b.jpeg"}


@pytest.mark.parametrize("place", ["s3://nobody/films", "s3://films/nowhere", "s3://films/no.zip"])
def test_a_missing_bucket_or_folder_is_an_error_before_anything_is_read(store, place):
    dataset = RadiographFolderDataset(place, credentials=store.credentials())
    with pytest.raises(InputError, match=f"none at '{place}'. Set RADIOGRAPHS=<folder>"):
        dataset.require()


def test_a_store_that_does_not_answer_is_an_error_before_anything_is_read(store, monkeypatch):
    monkeypatch.setattr(remote, "WAITS", (0.0,))
    dataset = RadiographFolderDataset("s3://films/kermany", credentials=store.credentials(port=1))
    with pytest.raises(InputError, match="Could not connect to the endpoint URL") as raised:
        dataset.require()
    assert "conf/local/credentials.yml" in told(raised.value)


def test_wrong_credentials_are_an_error_before_anything_is_read_and_are_not_repeated():
    with object_store(INITIAL_NO_AUTH_ACTION_COUNT="1000") as guarded:
        guarded.put({"kermany/a.jpeg": b"1"})
        iam = guarded.client("iam")
        iam.create_user(UserName="reader")
        key = iam.create_access_key(UserName="reader")["AccessKey"]
        policy = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        allowed = json.dumps({"Version": "2012-10-17", "Statement": [policy]})
        iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=allowed)
        requests.post(f"http://127.0.0.1:{guarded.port}/moto-api/reset-auth", data=b"0", timeout=9)
        right = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
        given = guarded.credentials(**right)
        assert contents(load("s3://films/kermany", credentials=given)) == {"a.jpeg": b"1"}
        for wrong in ({"key": "nobody"}, {"secret": "wrong-secret"}):
            given = guarded.credentials(**{**right, **wrong})
            dataset = RadiographFolderDataset("s3://films/kermany", credentials=given)
            with pytest.raises(InputError, match="'s3://films/kermany' to be read") as raised:
                dataset.require()
            assert "wrong-secret" not in told(raised.value)
            assert right["secret"] not in told(raised.value)


def test_a_server_that_goes_away_in_the_middle_stops_the_run(ingestion_options, monkeypatch):
    monkeypatch.setattr(remote, "WAITS", (0.0, 0.1))
    with object_store() as leaving:
        leaving.put({f"k/NORMAL/{number:03d}.jpeg": b"\xff\xd8" for number in range(400)})
        files = load("s3://films/k", credentials=leaving.credentials())
        scanned = iter(scan(files, ingestion_options))
        assert next(scanned).reason != ""
        leaving.stop()
        with pytest.raises(InputError, match="to stay until all of it is read") as raised:
            list(scanned)
        assert "nothing was put into quarantine" in told(raised.value)


def test_an_object_that_goes_away_is_refused_and_the_rest_is_read(store):
    store.put({f"leaving/{number}.jpeg": b"x" for number in range(3)})
    files = load("s3://films/leaving", credentials=store.credentials())
    store.client("s3").delete_object(Bucket=BUCKET, Key="leaving/1.jpeg")
    found = contents(files)
    assert (found["0.jpeg"], found["2.jpeg"]) == (b"x", b"x")
    assert isinstance(found["1.jpeg"], str)


def test_the_time_that_answers_take_is_not_waited_for_film_by_film(store, ingestion_options):
    store.put({f"far/NORMAL/{number:03d}.jpeg": b"\xff\xd8" for number in range(160)})
    road = SlowRoad(store.port, seconds=0.25)
    try:
        files = load("s3://films/far", credentials=store.credentials(port=road.port))
        start = time.monotonic()
        assert len(list(scan(files, ingestion_options))) == 160
        # 40 s, were each waited for.
        assert time.monotonic() - start < 20
    finally:
        road.close()


def stored(results: Path) -> dict[str, bytes]:
    """Return what a run has made of the radiographs: manifest, decoded pixels, model input."""
    found = {}
    for part in ("02_intermediate", "03_primary", "05_model_input"):
        for path in sorted((results / part).rglob("*")):
            if path.is_file():
                found[path.relative_to(results).as_posix()] = path.read_bytes()
    return found


def test_a_whole_run_reads_from_a_bucket_as_from_a_folder(store, tmp_path):
    pipelines = "--pipelines=ingestion,rebalancing,preprocessing"
    finish(tmp_path / "made", "--pipelines=fetch")
    films = tmp_path / "made/01_raw/phantoms"
    finish(tmp_path / "here", pipelines, RADIOGRAPHS=str(films))
    store.put({
        f"phantoms/{path.relative_to(films).as_posix()}": path.read_bytes()
        for path in films.rglob("*")
        if path.is_file()
    })  # fmt: skip
    address = "s3://films/phantoms"
    finish(tmp_path / "there", pipelines, RADIOGRAPHS=address, **store.environment)
    here, there = stored(tmp_path / "here"), stored(tmp_path / "there")
    assert {"02_intermediate/manifest.parquet", "02_intermediate/quarantine.csv"} <= set(here)
    assert any(name.endswith(".npy") for name in here)
    assert here == there


def test_a_run_on_a_missing_bucket_says_so_in_three_lines_and_writes_nothing(store, tmp_path):
    code, printed = run(
        tmp_path / "wrong", "--pipelines=ingestion",
        RADIOGRAPHS="s3://nobody/films", **store.environment,
    )  # fmt: skip
    assert code != 0
    assert "Received: none at 's3://nobody/films'" in printed
    assert "Traceback" not in printed
    assert not (tmp_path / "wrong").exists()


def test_the_documented_command_starts_the_server():
    shown = subprocess.run(
        [sys.executable, "-m", "moto.server", "--help"], capture_output=True, text=True, check=True
    )
    assert "-H" in shown.stdout and "-p" in shown.stdout
