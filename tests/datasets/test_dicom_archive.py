"""Films from a real Orthanc and results into it: each is stored once, whatever happens between."""

import datetime
import ipaddress
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("highdicom", reason="the extra dicom_results is not installed")
pytest.importorskip("dicomweb_client", reason="the extra dicom_results is not installed")

import orthanc as support
from example_findings import dicom_film, finding, picture
from kedro.io import DatasetError
from orthanc import PASSWORD, BrokenRoad, Orthanc, SecureRoad, orthanc

from pneumoscope.datasets.dicom_archive import DicomArchiveDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.stores import dicomweb, remote
from pneumoscope.errors import InputError
from pneumoscope.exchange.dicom_results.film import read_film
from pneumoscope.exchange.dicom_results.made import make_results
from pneumoscope.exchange.dicom_results.records import Kind
from pneumoscope.ingestion.scan import scan

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(support.MISSING), reason=support.MISSING or "Orthanc is there"),
]

FILMS = {
    f"1.2.{study}.4.{number}": dicom_film(
        StudyInstanceUID=f"1.2.{study}", SeriesInstanceUID=f"1.2.{study}.4",
        SOPInstanceUID=f"1.2.{study}.4.{number}",
    )
    for study in (1, 2)
    for number in (1, 2, 3)
}  # fmt: skip


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(remote, "WAITS", (0.0, 0.1))


@pytest.fixture
def archive() -> Iterator[Orthanc]:
    with orthanc() as started:
        for data in FILMS.values():
            started.put(data)
        yield started


@pytest.fixture(scope="module")
def results() -> dict[str, bytes]:
    """Two results of each film."""
    made = [
        make_results(read_film(film), finding(), picture(), datetime.datetime(2026, 1, 2))
        for film in FILMS.values()
    ]
    return {one.uid: one.data for objects in made for one in objects.values()}


def dataset(archive: Orthanc, query: str = "", **given) -> DicomArchiveDataset:
    settings = {"filepath": archive.place(query), "credentials": archive.credentials, **given}
    return DicomArchiveDataset(**settings)


def save(into: DicomArchiveDataset, results: dict[str, bytes]) -> None:
    into.save({f"{uid}.dcm": lambda data=data: data for uid, data in results.items()})


def stored(archive: Orthanc) -> dict[str, int]:
    """Count the results in the archive by their UIDs."""
    counts: dict[str, int] = {}
    for one in archive.instances():
        if one["Modality"] in ("SR", "OT"):
            counts[one["SOPInstanceUID"]] = counts.get(one["SOPInstanceUID"], 0) + 1
    return counts


def once(results: dict[str, bytes]) -> dict[str, int]:
    return dict.fromkeys(results, 1)


def test_films_are_listed_and_read_as_they_are_stored(archive, monkeypatch):
    monkeypatch.setattr(dicomweb, "PAGE", 2)
    files = dataset(archive).load()
    assert files.waits
    assert {path.rpartition("/")[2].removesuffix(".dcm") for path in files} == set(FILMS)
    for path, read in files.items():
        assert read() == FILMS[path.rpartition("/")[2].removesuffix(".dcm")]


def test_a_query_chooses_the_films(archive):
    archive.put(dicom_film(Modality="CT", SeriesInstanceUID="1.2.1.9", SOPInstanceUID="1.2.1.9.1"))
    assert len(dataset(archive, "Modality=*").load()) == 7
    assert len(dataset(archive, "StudyInstanceUID=1.2.2").load()) == 3
    assert len(dataset(archive, "StudyInstanceUID=1.2.2,1.2.1&Modality=DX").load()) == 6
    assert len(dataset(archive, "StudyDate=20240101-20241231").load()) == 6
    nothing = RadiographFolderDataset(archive.place("Modality=MG"), credentials=archive.credentials)
    with pytest.raises(InputError, match="none that the address asks for"):
        nothing.require()


def test_what_is_no_chest_film_is_refused_with_its_reason(archive, ingestion_options, results):
    archive.put(dicom_film(Modality="CT", SeriesInstanceUID="1.2.1.9", SOPInstanceUID="1.2.1.9.1"))
    save(dataset(archive), results)
    scanned = list(scan(dataset(archive, "Modality=*").load(), ingestion_options))
    reasons = sorted(file.reason for file in scanned if file.reason)
    assert len(scanned) == 19
    assert reasons[0] == "a CT slice, by its modality CT: expected CR, DX or secondary capture"
    assert set(reasons[1:]) == {"a result of Pneumoscope, no film"}
    assert len(reasons) == 13


def test_results_join_the_study_of_their_film_and_hold_the_same_bytes(archive, results):
    save(dataset(archive), results)
    assert stored(archive) == once(results)
    by_uid = {one["SOPInstanceUID"]: one for one in archive.instances()}
    assert len({one["StudyInstanceUID"] for one in by_uid.values()}) == 2
    for film in FILMS:
        for kind in Kind:
            made = make_results(
                read_film(FILMS[film]), finding(), picture(), datetime.datetime(2026, 1, 2)
            )[kind]
            found = by_uid[made.uid]
            assert found["StudyInstanceUID"] == by_uid[film]["StudyInstanceUID"]
            assert archive.read(found["ID"]) == results[made.uid]


def test_saving_again_stores_nothing_twice(archive, results, caplog):
    save(dataset(archive), results)
    with caplog.at_level(logging.INFO):
        save(dataset(archive), results)
    assert "0 stored, 12 were there already" in caplog.text
    assert stored(archive) == once(results)


def test_an_archive_killed_in_between_loses_nothing(archive, results):
    sent = iter(range(12))

    def dies(data: bytes) -> bytes:
        if next(sent) == 5:
            archive.kill()
        return data

    with pytest.raises((InputError, DatasetError), match="5 stored, 0 were there already") as told:
        dataset(archive).save({uid: lambda data=data: dies(data) for uid, data in results.items()})
    assert "Run again when it is back" in str(told.value)
    archive.start()
    assert len(stored(archive)) == 5
    save(dataset(archive), results)
    assert stored(archive) == once(results)


@pytest.mark.parametrize("kind", [b"POST", b"GET"])
def test_a_network_that_breaks_in_between_loses_nothing(archive, results, kind):
    road = BrokenRoad(archive.port, kind, 2)
    try:
        with pytest.raises((InputError, DatasetError), match="archive to answer until every"):
            save(dataset(archive, filepath=archive.place(port=road.port)), results)
    finally:
        road.close()
    assert len(stored(archive)) < 12
    save(dataset(archive), results)
    assert stored(archive) == once(results)


def test_an_answer_that_is_lost_after_storing_stores_nothing_twice(archive, results):
    road = BrokenRoad(archive.port, b"HTTP/1.1 200", 5)
    try:
        with pytest.raises((InputError, DatasetError), match="archive to answer until every"):
            save(dataset(archive, filepath=archive.place(port=road.port)), results)
    finally:
        road.close()
    assert stored(archive)
    save(dataset(archive), results)
    assert stored(archive) == once(results)


def test_what_the_archive_says_it_has_stored_and_has_not_is_counted(results):
    # Orthanc's plugin says of what a rule of its owner keeps out that it is stored.
    keeps_out = """
    function ReceivedInstanceFilter(dicom, origin, info)
      return dicom.Modality ~= 'SR' or dicom.StudyInstanceUID ~= '1.2.2'
    end
    """
    with orthanc(keeps_out) as strict:
        for data in FILMS.values():
            strict.put(data)
        refused = r"9 stored, 0 were there already, 3 refused \(3: it said that it was stored"
        with pytest.raises((InputError, DatasetError), match=refused):
            save(dataset(strict), results)
        assert len(stored(strict)) == 9


def test_a_result_of_no_study_of_the_archive_makes_no_new_study(archive, results):
    alone = make_results(
        read_film(dicom_film(StudyInstanceUID="1.9")), finding(), picture(),
        datetime.datetime(2026, 1, 2),
    )  # fmt: skip
    others = {one.uid: one.data for one in alone.values()}
    with pytest.raises((InputError, DatasetError), match="2: its study is not in the archive"):
        save(dataset(archive), {**others, **results})
    assert stored(archive) == once(results)


def test_an_archive_that_goes_away_while_films_are_read_stops_the_run(archive, ingestion_options):
    for number in range(100):
        archive.put(dicom_film(StudyInstanceUID="1.2.9", SOPInstanceUID=f"1.2.9.{number}"))
    road = BrokenRoad(archive.port, b"GET", 50)
    try:
        place = archive.place("StudyInstanceUID=1.2.9", port=road.port)
        files = dataset(archive, filepath=place).load()
        assert len(files) == 100
        with pytest.raises(InputError, match="to stay until all of it is read") as raised:
            list(scan(files, ingestion_options))
    finally:
        road.close()
    assert "nothing was put into quarantine" in str(raised.value)


def test_a_film_that_goes_away_is_refused_and_its_reason_names_no_study(archive):
    files = dataset(archive).load()
    gone = next(one for one in archive.instances() if one["SOPInstanceUID"] == "1.2.1.4.1")
    archive._asked("DELETE", f"/instances/{gone['ID']}")
    read = files.pop(next(path for path in files if path.endswith("1.2.1.4.1.dcm")))
    next(iter(files.values()))()
    with pytest.raises(OSError, match="it has none there") as raised:
        read()
    assert "1.2.1" not in str(raised.value)


def test_wrong_credentials_stop_before_anything_and_are_not_shown(archive, caplog):
    wrong = {"username": "reader", "password": "wrong-secret"}
    with caplog.at_level(logging.DEBUG), pytest.raises(InputError, match="401") as raised:
        dataset(archive, credentials=wrong).require()
    for said in (str(raised.value), caplog.text):
        assert "wrong-secret" not in said
        assert PASSWORD not in said
        assert "Basic " not in said


def test_no_line_of_the_log_names_a_study_or_a_password(archive, results, caplog):
    with caplog.at_level(logging.DEBUG):
        for read in dataset(archive).load().values():
            read()
        save(dataset(archive), results)
    for said in (PASSWORD, "1.2.1", "2.25.", "Müller"):
        assert said not in caplog.text


@pytest.mark.parametrize(
    ("given", "said"),
    [({"user": "x"}, "Did you mean 'username'"), ({"ca_bundle": "/no/file"}, "no file")],
)
def test_credentials_that_are_none_are_named(archive, given, said):
    with pytest.raises(InputError, match=said):
        dataset(archive, credentials={**archive.credentials, **given}).require()


def certificate(folder: Path) -> Path:
    """Write a key and its certificate for 127.0.0.1, and the certificate alone."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(now - datetime.timedelta(1))
        .not_valid_after(now + datetime.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )  # fmt: skip
    public = made.public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(private + public)
    (folder / "authority.pem").write_bytes(public)
    return folder


def test_a_certificate_is_trusted_only_where_its_authority_is_named(archive, tmp_path):
    pytest.importorskip("cryptography")
    folder = certificate(tmp_path)
    road = SecureRoad(archive.port, folder / "server.pem")
    place = archive.place(port=road.port, secure=True)
    try:
        with pytest.raises(InputError, match="its certificate is not trusted"):
            dataset(archive, filepath=place).require()
        known = {**archive.credentials, "ca_bundle": str(folder / "authority.pem")}
        assert len(dataset(archive, filepath=place, credentials=known).load()) == 6
    finally:
        road.close()
