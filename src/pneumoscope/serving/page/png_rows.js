// The rows of a PNG, unfiltered, as grey pixels.

import { luminance } from "./pixels.js";
import { Unread } from "./unread.js";

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const WHOLE = [[0, 0, 1, 1]];
// First column and row of each pass, and their steps: Adam7.
const INTERLACED = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]];

function passes({ width, height, bits, colour, interlaced }) {
  return (interlaced ? INTERLACED : WHOLE).map(([column, row, across, down]) => {
    const columns = Math.max(0, Math.ceil((width - column) / across)), rows = Math.max(0, Math.ceil((height - row) / down));
    return { column, row, across, down, columns, rows, bytes: Math.ceil((columns * bits * CHANNELS[colour]) / 8) };
  }).filter(({ columns, rows }) => columns && rows);
}

/** Bytes of all rows, each with the number of its filter before it. */
export const rawSize = (header) => passes(header).reduce((size, { rows, bytes }) => size + rows * (1 + bytes), 0);

/** Turn unpacked rows into grey; what is transparent is read as on black. */
export function pixels(raw, header, palette) {
  const { width, height, bits, colour } = header, grey = new Uint8Array(width * height);
  const step = Math.max(1, (bits * CHANNELS[colour]) >> 3), read = reader(header, palette), seen = { clear: 0, any: false };
  let place = 0;
  for (const pass of passes(header)) {
    let before = new Uint8Array(pass.bytes);
    for (let number = 0; number < pass.rows; number += 1) {
      const line = raw.subarray(place + 1, place + 1 + pass.bytes);
      unfilter(raw[place], line, before, step);
      const to = (pass.row + number * pass.down) * width + pass.column;
      for (let at = 0; at < pass.columns; at += 1) grey[to + at * pass.across] = read(line, at, seen);
      before = line;
      place += 1 + pass.bytes;
    }
  }
  if (colour >= 4 && !seen.any) throw new Unread("the image is transparent all over");
  return { grey, width, height, clear: seen.clear / grey.length };
}

/** What turns a pixel of a row into grey, as Pillow does. */
function reader({ bits, colour }, palette) {
  const sample = bits === 8 ? (line, at) => line[at]
    : (line, at) => (line[(at * bits) >> 3] >> (8 - bits - ((at * bits) & 7))) & ((1 << bits) - 1);
  const on = (alpha, value, seen) => {
    seen.any ||= alpha > 0;
    seen.clear += alpha !== 255;
    return Math.floor((alpha * value) / 255);
  };
  switch (colour) {
    case 0: return (line, at) => sample(line, at) * (255 / ((1 << bits) - 1));
    case 2: return (line, at) => luminance(line[3 * at], line[3 * at + 1], line[3 * at + 2]);
    case 4: return (line, at, seen) => on(line[2 * at + 1], line[2 * at], seen);
    case 6: return (line, at, seen) => on(line[4 * at + 3], luminance(line[4 * at], line[4 * at + 1], line[4 * at + 2]), seen);
    default: return (line, at) => {
      const place = 3 * sample(line, at);
      if (!palette || place + 3 > palette.length) throw new Unread("damaged PNG: a colour is not in its palette");
      return luminance(palette[place], palette[place + 1], palette[place + 2]);
    };
  }
}

function unfilter(filter, line, before, step) {
  if (filter > 4) throw new Unread("damaged PNG: a row has an unknown filter");
  for (let at = 0; at < line.length && filter; at += 1) {
    const left = at < step ? 0 : line[at - step], above = before[at], corner = at < step ? 0 : before[at - step];
    line[at] += filter === 1 ? left : filter === 2 ? above : filter === 3 ? (left + above) >> 1 : paeth(left, above, corner);
  }
}

function paeth(left, above, corner) {
  const toLeft = Math.abs(above - corner), toAbove = Math.abs(left - corner), toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
