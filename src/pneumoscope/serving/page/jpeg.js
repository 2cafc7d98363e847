// The segments of a JPEG: what it is, how large, and which side is up.

import { orientationIn, orientationInXmp } from "./exif.js";
import { coefficients } from "./jpeg_coding.js";
import { pixels } from "./jpeg_cosines.js";
import { Unread } from "./unread.js";

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP0 = 0xe0, APP1 = 0xe1, APP2 = 0xe2, APP14 = 0xee;
const UNREAD = {
  0xc3: "lossless JPEG", 0xc7: "lossless JPEG", 0xcb: "lossless JPEG", 0xcf: "lossless JPEG",
  0xc5: "hierarchical JPEG", 0xc6: "hierarchical JPEG", 0xcd: "hierarchical JPEG", 0xce: "hierarchical JPEG",
  0xc9: "arithmetic-coded JPEG", 0xca: "arithmetic-coded JPEG", 0xf7: "JPEG-LS",
};
const FRAMES = [0xc0, 0xc1, 0xc2];
const CUT = "the JPEG is cut short";

/** Whether a file begins as a JPEG does. */
export const recognises = (data) => data[0] === 0xff && data[1] === SOI && data[2] === 0xff;

/** Take a JPEG apart; its pixels wait. */
export function prepare(data, options) {
  const { segments, end, scans } = walk(data);
  const unread = segments.find(({ marker }) => UNREAD[marker]);
  if (unread) throw new Unread(`${UNREAD[unread.marker]} is not read: save it as baseline JPEG or PNG`);
  const frame = segments.find(({ marker }) => FRAMES.includes(marker));
  if (!frame) throw new Unread("damaged JPEG: it has no frame");
  const [bits, high, low, wide, narrow, components] = frame.content;
  if (bits !== 8) throw new Unread(`JPEG of ${bits} bits a sample is not read in the browser: use the service`);
  if (components !== 1 && components !== 3) {
    throw new Unread(`JPEG of ${components} colours is not read in the browser: save it in grey, or use the service`);
  }
  if (scans > options.max_scans) throw new Unread(`too many scans: a JPEG of ${scans}, more than ${options.max_scans}`);
  if (components === 3 && isRgb(segments, frame.content)) {
    throw new Unread("JPEG that stores red, green and blue is not read in the browser: save it in grey, or use the service");
  }
  const several = segments.some(({ marker, content }) => marker === APP2 && starts(content, "MPF\0"));
  const height = high * 256 + low, width = wide * 256 + narrow;
  return {
    height,
    width,
    orientation: orientation(segments),
    note: several ? "the first of several pictures (MPO)" : "",
    grey: (side) => {
      const scale = [8, 4, 2].find((one) => Math.floor(Math.min(width, height) / side) >= one) ?? 1;
      return pixels(coefficients(data, segments, frame, end), width, height, scale);
    },
  };
}

/** Whether the colours are not brightness and two differences, as libjpeg tells it. */
function isRgb(segments, frame) {
  const has = (marker, text) => segments.find((one) => one.marker === marker && starts(one.content, text));
  if (has(APP0, "JFIF\0")) return false;
  const adobe = has(APP14, "Adobe");
  if (adobe) return adobe.content[11] === 0;
  return frame[6] === 0x52 && frame[9] === 0x47 && frame[12] === 0x42;
}

/** List the segments up to the end of the first picture. */
function walk(data) {
  const segments = [];
  let place = 2, scans = 0;
  for (;;) {
    while (data[place] === 0xff && data[place + 1] === 0xff) place += 1;
    if (place + 1 >= data.length) throw new Unread(CUT);
    if (data[place] !== 0xff) throw new Unread("damaged JPEG: a segment does not begin where the last one ends");
    const marker = data[place + 1];
    if (marker === EOI) return { segments, scans, end: place + 2 };
    const length = data[place + 2] * 256 + data[place + 3], end = place + 2 + length;
    if (!(length >= 2) || end > data.length) throw new Unread(CUT);
    segments.push({ marker, begin: place, end, content: data.subarray(place + 4, end) });
    if (segments.length > 100000) throw new Unread("too many parts: more than 100,000 within one file");
    scans += marker === SOS;
    place = marker === SOS ? afterCoded(data, end) : end;
  }
}

/** Find the marker that ends coded pixels. */
function afterCoded(data, place) {
  for (let at = place; ; at += 2) {
    at = data.indexOf(0xff, at);
    if (at < 0 || at + 1 >= data.length) throw new Unread(CUT);
    const next = data[at + 1];
    if (next === 0xff) at -= 1; // filling
    else if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
}

function orientation(segments) {
  const blocks = segments.filter(({ marker }) => marker === APP1).map(({ content }) => content);
  const exif = blocks.find((block) => starts(block, "Exif\0\0"));
  const found = exif && orientationIn(exif.subarray(6));
  return found ?? orientationInXmp(blocks.find((block) => starts(block, "http://ns.adobe.com/xap/1.0/\0"))) ?? 1;
}

const starts = (bytes, text) => [...text].every((letter, place) => bytes[place] === letter.charCodeAt(0));
