"""A prediction as a Structured Report, by TID 1500."""

from datetime import datetime

from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from pneumoscope import __version__
from pneumoscope.exchange.dicom_results.film import SourceFilm
from pneumoscope.exchange.dicom_results.records import Finding, Kind
from pneumoscope.naming import Label
from pneumoscope.radiographs.decoders.dicom_file.claims import MAKER

SERIES = "Pneumoscope: research, not for diagnosis"
NUMBERS = {Kind.REPORT: 9501, Kind.OVERLAY: 9502}

SCHEME = "99PNEUMOSCOPE"
"""Of the concepts that no public scheme has."""

PNEUMONIA = Code("233604007", "SCT", "Pneumonia")
PREDICTION = CodedConcept("prediction", SCHEME, "Prediction at the locked threshold")
IN_ZONE = CodedConcept("grey-zone", SCHEME, "In the grey zone: a human should look first")
UNLIKE = CodedConcept("out-of-distribution", SCHEME, "Out of distribution: unlike the training")
YES, NO = codes.SCT.Yes, codes.SCT.No

SCORE = CodedConcept("score", SCHEME, "Score of the model, not calibrated")
THRESHOLD = CodedConcept("threshold", SCHEME, "Locked threshold of the score")
ZONE_LOW = CodedConcept("zone-low", SCHEME, "Lower end of the grey zone")
ZONE_HIGH = CodedConcept("zone-high", SCHEME, "Upper end of the grey zone")
PROBABILITY = CodedConcept("probability", SCHEME, "Probability of pneumonia at the prevalence")
PREVALENCE = CodedConcept("prevalence", SCHEME, "Prevalence that the probability holds for")
AS_FAR = CodedConcept("p-value", SCHEME, "Share of validation patients that lie as far")

_PREDICTED = {
    Label.PNEUMONIA: codes.SCT.Present,
    Label.NORMAL: Code("2667000", "SCT", "Absent"),
    None: codes.SCT.Indeterminate,
}


def report(film: SourceFilm, finding: Finding, made: datetime) -> Dataset:
    """Write what a model says of a film as a Comprehensive SR of the film's study.

    Args:
        film: Whose patient and study it takes over.
        finding: What is said.
        made: When.
    """
    own = film.uid("SOPInstanceUID", Kind.REPORT, finding.origin)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=f"{own}.1", identifier="Radiograph"),
        finding_type=PNEUMONIA,
        algorithm_id=_algorithm(finding),
        measurements=[Measurement(name, value, codes.UCUM.NoUnits) for name, value in
                      _numbers(finding).items()],
        qualitative_evaluations=_evaluations(finding),
        source_images=[SourceImageForMeasurementGroup(
            film.tags.SOPClassUID, film.tags.SOPInstanceUID
        )],
    )  # fmt: skip
    for text in comments(finding):
        group[0].ContentSequence.append(
            TextContentItem(codes.DCM.Comment, text, RelationshipTypeValues.CONTAINS)
        )
    return ComprehensiveSR(
        evidence=[film.tags],
        content=MeasurementReport(_observer(finding), codes.SCT.PlainRadiography, [group]),
        series_instance_uid=film.uid("SeriesInstanceUID", Kind.REPORT, finding.origin),
        series_number=NUMBERS[Kind.REPORT],
        sop_instance_uid=own,
        instance_number=film.number,
        manufacturer=MAKER,
        manufacturer_model_name=finding.model[:64],
        software_versions=__version__,
        device_serial_number=finding.fingerprint,
        series_description=SERIES,
        is_complete=True,
        content_date=made.date(),
        content_time=made.time(),
    )


def comments(finding: Finding) -> list[str]:
    """Give what the report says in words, the notice first."""
    found = [finding.notice]
    if finding.out_of_distribution:
        found.append(f"Unlike the films of training: {finding.out_of_distribution_reason}")
    if finding.probability is None:
        found.append(
            "No probability: none was fitted on films unlike those of training."
            if finding.out_of_distribution
            else "No probability: the scores of the model have no calibration."
        )
    return [*found, *([finding.remarks] if finding.remarks else [])]


def _numbers(finding: Finding) -> dict[CodedConcept, float]:
    zone = finding.zone or (None, None)
    found = {
        SCORE: finding.score, THRESHOLD: finding.threshold, ZONE_LOW: zone[0], ZONE_HIGH: zone[1],
        PROBABILITY: finding.probability,
        PREVALENCE: None if finding.probability is None else finding.prevalence,
        AS_FAR: finding.out_of_distribution_p,
    }  # fmt: skip
    return {name: float(value) for name, value in found.items() if value is not None}


def _evaluations(finding: Finding) -> list[QualitativeEvaluation]:
    found = {
        PREDICTION: _PREDICTED[finding.prediction],
        IN_ZONE: YES if finding.grey_zone else NO,
        UNLIKE: YES if finding.out_of_distribution else NO,
    }
    return [QualitativeEvaluation(name, value) for name, value in found.items()]


def _algorithm(finding: Finding) -> AlgorithmIdentification:
    return AlgorithmIdentification(
        finding.model,
        finding.fingerprint,
        [f"PNEUMONIA from a score of {finding.threshold!r} on", f"{MAKER} {__version__}"],
        manufacturer=MAKER,
    )


def _observer(finding: Finding) -> ObservationContext:
    own = f"2.25.{int(finding.fingerprint[:32], 16)}"
    device = DeviceObserverIdentifyingAttributes(
        own,
        MAKER,
        MAKER,
        finding.model,
        finding.fingerprint,
    )
    return ObservationContext(ObserverContext(codes.DCM.Device, device))
