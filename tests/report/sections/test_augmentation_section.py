from pneumoscope.options import AugmentationOptions
from pneumoscope.report.blocks import Gallery, Paragraph
from pneumoscope.report.sections.augmentation import augmentation_section, changes

STRONG = AugmentationOptions(
    horizontal_flip=0.5, rotation=7, crop_area=(0.08, 1.0), gamma=(0.7, 1.4), degraded=0.5,
    quality=(10, 90), blur=1.2,
)  # fmt: skip


def test_changes_are_told_in_words():
    assert changes(STRONG) == [
        "50% flipped left to right",
        "turned by up to 7°",
        "cropped to 8% to 100% of the area",
        "gamma from 0.7 to 1.4",
        "50% degraded first (blurred by up to 1.2 pixels and compressed at quality 10 to 90)",
    ]


def test_nothing_is_told_where_nothing_changes():
    assert changes(AugmentationOptions()) == []
    assert changes(AugmentationOptions(degraded=0.0, blur=1.0)) == []


def test_the_grid_of_each_model_that_changes_something_is_shown():
    section = augmentation_section(
        {"mlp": AugmentationOptions(), "cnn": STRONG}, {"mlp": b"one", "cnn": b"two"}
    )
    _, plain, gallery = section.blocks
    assert plain == Paragraph("Without any change: mlp sees the stored films.")
    assert isinstance(gallery, Gallery)
    assert [figure.png for figure in gallery.figures] == [b"two"]
    assert "turned by up to 7°" in gallery.figures[0].caption


def test_models_whose_films_are_changed_alike_share_a_grid():
    weak = AugmentationOptions(horizontal_flip=0.5)
    options = {"cnn": STRONG, "mlp": weak, "vgg16": STRONG}
    section = augmentation_section(options, {"cnn": b"one", "mlp": b"two", "vgg16": b"three"})
    figures = section.blocks[-1].figures
    assert [figure.png for figure in figures] == [b"one", b"two"]
    assert figures[0].caption.startswith("cnn and vgg16: the film as stored")
