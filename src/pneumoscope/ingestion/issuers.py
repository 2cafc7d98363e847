"""A patient's number whose issuer only some films name: one patient, never in two splits."""

import pandas as pd

from pneumoscope.ingestion.patient_key import BY_TAGS
from pneumoscope.naming import Column
from pneumoscope.radiographs.recorded import TAGS_SPEAK_OF

ONE = (
    "a patient's number with an issuer in some films and without one in others (all of them count "
    "as one patient)"
)
SEVERAL = (
    "a patient's number of several issuers in some films and without an issuer in others (all of "
    "them count as one patient, although they may be several)"
)


def join_numbers(files: pd.DataFrame) -> pd.DataFrame:
    """Give all films of a number one patient where some of them name its issuer and some do not.

    Without an issuer, a film may be of any patient who has that number: were it counted as
    another, a patient could stand in train and in test. Where all films name their issuers, the
    same number of two issuers remains two patients.

    Args:
        files: Columns patient_id, number and said of all files of a collection.

    Returns:
        The files with these patients joined, and with a warning at each of their films.
    """
    number = files["number"].fillna("").astype(str)
    plain = (number != "") & (files[Column.PATIENT_ID] == BY_TAGS + number)
    issued = (number != "") & ~plain
    joined = number.isin(set(number[plain]) & set(number[issued]))
    if not joined.any():
        return files
    issuers = files[issued].groupby(number[issued])[Column.PATIENT_ID].nunique()
    several = number.isin(issuers.index[issuers > 1])
    said = pd.Series(TAGS_SPEAK_OF + ONE, files.index).mask(several, TAGS_SPEAK_OF + SEVERAL)
    earlier = files["said"].fillna("").astype(str)
    said = said.where(earlier == "", earlier + "; " + said)
    return files.assign(
        **{
            Column.PATIENT_ID: files[Column.PATIENT_ID].where(~joined, BY_TAGS + number),
            "said": earlier.where(~joined, said),
        }
    )
