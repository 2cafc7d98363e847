import hashlib
import hmac
import pickle
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from pneumoscope.datasets.patient_key import PatientKeyDataset
from pneumoscope.errors import InputError
from pneumoscope.ingestion.patient_key import VARIABLE, PatientKey

SECRET = "a secret of the site"


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path / "conf" / "local" / "patient_key"


def test_a_pseudonym_is_the_hmac_of_issuer_and_number(file, monkeypatch):
    monkeypatch.setenv(VARIABLE, SECRET)
    expected = hmac.new(SECRET.encode(), b"patient|A|4711", hashlib.sha256).hexdigest()[:16]
    assert PatientKey(file).pseudonym("patient", "A", "4711") == expected
    assert not file.exists()


def test_issuer_number_and_key_each_make_another_patient(file, monkeypatch):
    monkeypatch.setenv(VARIABLE, SECRET)
    one = PatientKey(file).pseudonym("patient", "A", "4711")
    assert one != PatientKey(file).pseudonym("patient", "B", "4711")
    assert one != PatientKey(file).pseudonym("patient", "A", "4712")
    assert one != PatientKey(file).pseudonym("study", "A", "4711")
    monkeypatch.setenv(VARIABLE, f"{SECRET} 2")
    assert one != PatientKey(file).pseudonym("patient", "A", "4711")


def test_a_key_is_made_once_for_its_owner_alone_and_kept(file):
    key = PatientKey(file)
    assert not file.exists()
    name = key.pseudonym("patient", "", "4711")
    assert len(file.read_text().strip()) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert PatientKey(file).pseudonym("patient", "", "4711") == name
    assert [path.name for path in file.parent.iterdir()] == ["patient_key"]


def test_many_at_once_make_one_key(file):
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: PatientKey(file).pseudonym("patient", "1"), range(32)))
    assert len(names) == 1


def test_the_secret_does_not_travel(file):
    key = PatientKey(file)
    name = key.pseudonym("patient", "1")
    secret = file.read_text().strip()
    assert secret.encode() not in pickle.dumps(key)
    assert secret not in repr(key)
    assert pickle.loads(pickle.dumps(key)).pseudonym("patient", "1") == name


def test_a_key_that_is_no_secret_is_refused(file, monkeypatch):
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(InputError, match="at least 16 characters, received one of 5 in PNEUMO"):
        PatientKey(file).pseudonym("patient", "1")
    monkeypatch.delenv(VARIABLE)
    PatientKey(file).pseudonym("patient", "1")
    file.chmod(0o644)
    with pytest.raises(InputError, match=r"its owner alone can read, received .* chmod 600"):
        PatientKey(file).pseudonym("patient", "1")


def test_a_key_that_cannot_be_kept_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    (tmp_path / "conf").write_text("a file in the way")
    with pytest.raises(InputError, match=f"Set {VARIABLE} to a secret"):
        PatientKey(tmp_path / "conf" / "patient_key").pseudonym("patient", "1")


def test_loading_the_entry_of_the_catalog_makes_nothing(file):
    dataset = PatientKeyDataset(str(file))
    assert dataset.load() == PatientKey(file)
    assert not file.exists()
    with pytest.raises(Exception, match="never written by a run"):
        dataset.save("other")
    assert list(file.parents[2].iterdir()) == []
