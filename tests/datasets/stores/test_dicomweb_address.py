import pytest

pytest.importorskip("pydicom", reason="the extra dicom is not installed")

from pneumoscope.datasets.stores.dicomweb_address import is_archive, parse_archive
from pneumoscope.errors import InputError

PLACE = "dicomweb+https://pacs.example:8042/dicom-web"


def test_an_address_without_a_query_asks_for_films_of_both_modalities():
    found = parse_archive(PLACE + "/")
    assert found.url == "https://pacs.example:8042/dicom-web"
    assert found.queries == [{"Modality": "CR"}, {"Modality": "DX"}]


def test_values_are_combined_whether_joined_or_repeated():
    found = parse_archive(f"{PLACE}?Modality=DX&StudyDate=20240101-20240131&StationName=A,B")
    assert found.queries == [
        {"Modality": "DX", "StudyDate": "20240101-20240131", "StationName": name} for name in "AB"
    ]
    repeated = parse_archive(f"{PLACE}?Modality=CR&Modality=DX")
    assert [query["Modality"] for query in repeated.queries] == ["CR", "DX"]


def test_a_star_leaves_the_keyword_out():
    assert parse_archive(f"{PLACE}?Modality=*&StudyID=7").queries == [{"StudyID": "7"}]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (f"{PLACE}?Modalty=DX", "'Modalty'"),
        (f"{PLACE}?token=abc", "'token'"),
        (f"{PLACE}?limit=3", "'limit'"),
        (f"{PLACE}?Modality=", "a value of Modality"),
        ("dicomweb+https://", "the address of a DICOM archive"),
        ("dicomweb+ftp://pacs.example/", "the address of a DICOM archive"),
        ("/a/folder", "the address of a DICOM archive"),
        ("dicomweb+https://reader@pacs.example/", "without a name or password"),
    ],
)
def test_what_is_no_address_is_refused(place, said):
    with pytest.raises(InputError, match=said):
        parse_archive(place)


def test_no_secret_is_shown():
    for place in (f"{PLACE}?token=hush", "dicomweb+https://reader:hush@pacs.example/"):
        with pytest.raises(InputError) as raised:
            parse_archive(place)
        assert "hush" not in str(raised.value)


def test_addresses_are_told_from_others():
    assert is_archive(PLACE) and is_archive("dicomweb+http://127.0.0.1")
    assert not is_archive("https://pacs.example") and not is_archive("s3://bucket")
