// Which side of a film is up, as its file says.

import { Unread } from "./unread.js";

const ORIENTATION = 0x112, SHORT = 3, LONG = 4;

/** The orientation of an EXIF block, from 1 to 8; null where it says nothing. */
export function orientationIn(block) {
  try {
    return read(new DataView(block.buffer, block.byteOffset, block.byteLength));
  } catch (error) {
    if (error instanceof RangeError) throw new Unread("its EXIF block is damaged");
    throw error;
  }
}

function read(view) {
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) throw new RangeError("no byte order");
  const little = order === 0x4949, first = view.getUint32(4, little), count = view.getUint16(first, little);
  for (let entry = 0; entry < count; entry += 1) {
    const place = first + 2 + 12 * entry;
    if (view.getUint16(place, little) !== ORIENTATION) continue;
    const type = view.getUint16(place + 2, little);
    if (type !== SHORT && type !== LONG) throw new RangeError("no number");
    const value = type === SHORT ? view.getUint16(place + 8, little) : view.getUint32(place + 8, little);
    return value; // scanners also write 0, which means nothing
  }
  return null;
}

/** The orientation of an XMP block; null where it says nothing. */
export function orientationInXmp(block) {
  if (!block) return null;
  const found = /tiff:Orientation(?:="|>)([0-9])/.exec(new TextDecoder("latin1").decode(block));
  return found ? Number(found[1]) : null;
}
