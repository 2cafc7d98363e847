"""One radiograph's bytes turned into grey pixels, or refused with a reason."""

from PIL import Image, UnidentifiedImageError

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders import dicom, jpeg, jpeg2000, pillow, png, tiff
from pneumoscope.radiographs.decoders.foreign import reason_for
from pneumoscope.radiographs.decoders.interface import (
    DecodedRadiograph,
    Decoder,
    UnreadableRadiograph,
    refused_as,
)
from pneumoscope.radiographs.refused_warnings import warnings_refused

DECODERS: tuple[Decoder, ...] = (jpeg, png, dicom, tiff, jpeg2000, pillow)
"""The first that recognises a file reads it; a DICOM may begin as a TIFF."""

DAMAGED = "damaged, or of a kind that is not read"


def decode(data: bytes, options: DecodingOptions) -> DecodedRadiograph:
    """Decode a radiograph once, in grey, at the smallest scale that keeps `working_side`.

    Its format is told by its content, whatever it is called.

    Args:
        data: The bytes of the file.
        options: The working scale, and the bounds of what is decoded at all.

    Raises:
        UnreadableRadiograph: The bytes are no image in a known format, are damaged, hold several
            pictures, have no known grey range, go beyond the bounds, or a library warns of them.
    """
    check_size(len(data), options)
    if not data:
        raise UnreadableRadiograph("the file is empty (0 bytes)")
    decoder = next((known for known in DECODERS if known.recognises(data)), None)
    if decoder is None:
        raise UnreadableRadiograph(reason_for(data))
    try:
        with warnings_refused():
            return decoder.decode(data, options)
    except UnreadableRadiograph:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableRadiograph(f"decompression bomb: {error}") from error
    except UnidentifiedImageError as error:
        raise UnreadableRadiograph(f"the image is {DAMAGED}") from error
    except Exception as error:
        raise refused_as(f"the image is {DAMAGED}", error) from error


def check_size(size: int, options: DecodingOptions) -> None:
    """Refuse a file by its size in bytes, which is known before it is read.

    Raises:
        UnreadableRadiograph: It is too large.
    """
    if size > options.max_megabytes * 1e6:
        raise UnreadableRadiograph(
            f"too large a file: {size / 1e6:,.0f} MB, more than {options.max_megabytes:g} "
            "(ingestion.max_megabytes)"
        )
