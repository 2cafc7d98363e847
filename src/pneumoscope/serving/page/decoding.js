// JPEG and PNG of 8 bits as grey pixels, as the ingestion decodes them; whatever else is refused by name.
//
// Nothing is left to the browser: each has its own way with colour profiles, gamma, EXIF, and files that are damaged.

import * as jpeg from "./jpeg.js";
import * as png from "./png.js";
import { reduced, upright } from "./pixels.js";
import { Unread } from "./unread.js";

export { Unread };

const KINDS = [
  ["a zip archive", [[0, "PK\x03\x04"]]],
  ["a DICOM", [[128, "DICM"]]],
  ["a TIFF", [[0, "II*\0"]]], ["a TIFF", [[0, "MM\0*"]]],
  ["a GIF", [[0, "GIF8"]]], ["a BMP", [[0, "BM"]]],
  ["a WebP", [[0, "RIFF"], [8, "WEBP"]]],
  ["an AVIF or HEIC", [[4, "ftyp"]]],
  ["a JPEG 2000", [[4, "jP  "]]], ["a JPEG 2000", [[0, "\xff\x4f\xff\x51"]]],
  ["a PDF", [[0, "%PDF"]]],
];
const MOSTLY = "save the radiograph as PNG of 8 bits or as JPEG, or use the service";
const PHANTOM = "Synthetic phantom made by Pneumoscope";

/**
 * Decode a film.
 * @param data Its bytes.
 * @param options Working side and bounds, as the contract has them.
 * @returns grey (height × width), `about`: size of the original and what was converted, and whether it is a phantom.
 */
export async function decode(data, options) {
  if (!data.length) throw new Unread("the file is empty (0 bytes)");
  if (data.length > 1e6 * options.max_megabytes) {
    throw new Unread(`too large a file: ${Math.round(data.length / 1e6)} MB, more than ${options.max_megabytes}`);
  }
  const format = [jpeg, png].find((known) => known.recognises(data));
  if (!format) throw new Unread(reasonFor(data));
  const file = format.prepare(data, options);
  bounds(file, options);
  const scaled = await file.grey(options.working_side);
  const turned = upright(scaled, file.orientation);
  const further = Math.floor(Math.min(turned.width, turned.height) / options.working_side);
  const small = further > 1 ? reduced(turned, further) : turned;
  const note = [
    file.note,
    scaled.clear ? `transparent in ${(100 * Math.max(scaled.clear, 1e-4)).toFixed(2)}% of its pixels, read as on black` : "",
    file.orientation > 1 && file.orientation < 9 ? "turned as its EXIF orientation says" : "",
  ].filter(Boolean).join("; ");
  const phantom = text(data.subarray(0, 1024)).includes(PHANTOM);
  return { ...small, phantom, about: { width: file.width, height: file.height, note } };
}

function reasonFor(data) {
  const named = KINDS.find(([, marks]) => marks.every(([place, mark]) => text(data.subarray(place, place + mark.length)) === mark));
  if (!named) return "the content is not a JPEG or PNG";
  return `${named[0]} is not read in the browser: ${MOSTLY}`;
}

const text = (bytes) => String.fromCharCode(...bytes);

function bounds({ width, height }, options) {
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  if (shorter < 1) throw new Unread(`no image: ${width}×${height} pixels`);
  if (width * height > options.max_megapixels * 1e6) {
    throw new Unread(`decompression bomb: ${width}×${height} pixels exceed ${options.max_megapixels} megapixels`);
  }
  if (longer > options.max_aspect * shorter) {
    throw new Unread(`too long for a radiograph: ${width}×${height} pixels, one side more than ${options.max_aspect} times the other`);
  }
}
