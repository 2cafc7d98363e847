// The coefficients of a JPEG: Huffman's codes read as libjpeg reads them (ITU-T T.81, F.2 and G.2), and refused where it
// warns. A browser paints over what is damaged, and says nothing.

import { Unread } from "./unread.js";

const DHT = 0xc4, SOS = 0xda, DQT = 0xdb, DRI = 0xdd, PROGRESSIVE = 0xc2;
const damaged = (what) => new Unread(`damaged JPEG: ${what}`);

// Where the coefficients of a block stand, row by row, in the order of the file.
const ORDER = Uint8Array.of(
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
);

/**
 * Read the coefficients of brightness, block by block; those of colour are read and left.
 * @returns coefficients (64 a block, row by row), how many blocks lie side by side, and the table they are multiples of.
 */
export function coefficients(data, segments, frame, end) {
  const codes = new Map(), tables = new Map(), image = layout(frame), [brightness] = image.components;
  let restart = 0;
  segments.forEach((segment, place) => {
    if (segment.marker === DHT) addCodes(segment.content, codes);
    if (segment.marker === DQT) addTables(segment.content, tables);
    if (segment.marker === DRI) restart = segment.content[0] * 256 + segment.content[1];
    if (segment.marker !== SOS) return;
    const scan = scanOf(segment.content, image, codes);
    if (scan.members.some(({ component }) => component === brightness)) image.table ??= tables.get(brightness.table);
    walk(new Bits(data, segment.end, segments[place + 1]?.begin ?? end - 2), scan, restart);
  });
  if (!image.table) throw damaged("a table is missing");
  // What is not refined to the end libjpeg smooths.
  if (brightness.bits.some((left) => left !== 0)) throw damaged("scans are missing");
  return { found: brightness.found, stride: brightness.stride, table: image.table };
}

function layout({ marker, content }) {
  const height = content[1] * 256 + content[2], width = content[3] * 256 + content[4];
  const components = Array.from({ length: content[5] }, (_, number) => {
    const [id, sampling, table] = content.subarray(6 + 3 * number);
    return { id, across: sampling >> 4, down: sampling & 15, table };
  });
  const most = (key) => Math.max(...components.map((one) => one[key]));
  const [across, down] = [most("across"), most("down")];
  if (components.some((one) => !one.across || !one.down)) throw damaged("its colours are sampled in no known way");
  if (components[0].across < across || components[0].down < down) {
    throw new Unread("JPEG whose colours are sampled unusually is not read: save it anew");
  }
  const columns = Math.ceil(width / (8 * across)), rows = Math.ceil(height / (8 * down));
  for (const one of components) {
    one.columns = Math.ceil((width * one.across) / (8 * across));
    one.rows = Math.ceil((height * one.down) / (8 * down));
    one.stride = columns * one.across;
    // Later scans of a progressive JPEG are read by what the earlier ones gave; of colours else nothing is kept.
    const kept = one === components[0] || marker === PROGRESSIVE;
    one.found = new Int16Array(64 * (kept ? one.stride * rows * one.down : 1));
    one.kept = kept;
    one.bits = new Int8Array(64).fill(-1);
  }
  return { components, columns, rows, progressive: marker === PROGRESSIVE };
}

function addTables(content, tables) {
  for (let place = 0; place < content.length;) {
    const wide = content[place] >> 4 ? 2 : 1, table = new Uint16Array(64);
    if (place + 1 + 64 * wide > content.length) throw damaged("a table is cut short");
    for (let at = 0; at < 64; at += 1) {
      const value = place + 1 + at * wide;
      table[ORDER[at]] = wide === 2 ? content[value] * 256 + content[value + 1] : content[value];
    }
    tables.set(content[place] & 15, table);
    place += 1 + 64 * wide;
  }
}

function addCodes(content, codes) {
  for (let place = 0; place < content.length;) {
    const name = content[place], counts = content.subarray(place + 1, place + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const values = content.subarray(place + 17, place + 17 + total);
    if (values.length < total) throw damaged("a table is cut short");
    const first = [], begin = [];
    for (let length = 0, code = 0, at = 0; length < 16; length += 1) {
      first.push(code);
      begin.push(at);
      code = (code + counts[length]) << 1;
      at += counts[length];
    }
    codes.set(name, { counts, first, begin, values });
    place += 17 + total;
  }
}

function scanOf(content, image, codes) {
  const count = content[0], [from, to, precision] = content.subarray(1 + 2 * count);
  const members = Array.from({ length: count }, (_, number) => {
    const [id, table] = content.subarray(1 + 2 * number), component = image.components.find((one) => one.id === id);
    if (!component) throw damaged("a scan of no known colour");
    return { component, direct: codes.get(table >> 4), others: codes.get(16 + (table & 15)), before: 0 };
  });
  const high = precision >> 4, low = precision & 15;
  if (image.progressive) members.forEach(({ component }) => checkProgression(component.bits, from, to, high, low));
  else if (from !== 0 || to !== 63 || precision) throw damaged("Invalid SOS parameters for sequential JPEG");
  else members.forEach(({ component }) => component.bits.fill(0));
  return { ...image, members, from, to, low, refining: high > 0, ended: 0 };
}

/** Refuse scans that refine what no scan before has begun, as libjpeg warns of them. */
function checkProgression(bits, from, to, high, low) {
  if (to > 63 || from > to || (from && bits[0] < 0)) throw damaged("its scans are in no order");
  for (let place = from; place <= to; place += 1) {
    if (high !== Math.max(bits[place], 0)) throw damaged("its scans are in no order");
    bits[place] = low;
  }
}

function walk(bits, scan, restart) {
  const [alone] = scan.members, single = scan.members.length === 1;
  const columns = single ? alone.component.columns : scan.columns, rows = single ? alone.component.rows : scan.rows;
  for (let unit = 0; unit < columns * rows; unit += 1) {
    if (restart && unit && unit % restart === 0) {
      bits.restart((unit / restart - 1) % 8);
      scan.ended = 0;
      for (const member of scan.members) member.before = 0;
    }
    const x = unit % columns, y = Math.floor(unit / columns);
    if (single) block(bits, scan, alone, y * alone.component.stride + x);
    else for (const member of scan.members) blocksOf(bits, scan, member, x, y);
  }
  bits.finish();
}

function blocksOf(bits, scan, member, x, y) {
  const { across, down, stride } = member.component;
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      block(bits, scan, member, (y * down + row) * stride + x * across + column);
    }
  }
}

function block(bits, scan, member, place) {
  const { found, kept } = member.component, base = kept ? 64 * place : 0;
  if (scan.from === 0) direct(bits, scan, member, found, base);
  if (!scan.progressive) others(bits, member.others, found, base);
  else if (scan.from > 0) (scan.refining ? refine : begin)(bits, scan, member.others, found, base);
}

function direct(bits, scan, member, found, base) {
  if (scan.refining) {
    if (bits.take(1)) found[base] |= 1 << scan.low;
    return;
  }
  member.before += bits.signed(bits.code(member.direct));
  found[base] = member.before << scan.low;
}

function others(bits, codes, found, base) {
  for (let at = 1; at < 64; at += 1) {
    const code = bits.code(codes), run = code >> 4, size = code & 15;
    if (!size && run < 15) return;
    at += run;
    const value = bits.signed(size);
    if (size && at < 64) found[base + ORDER[at]] = value;
  }
}

function begin(bits, scan, codes, found, base) {
  if (scan.ended) {
    scan.ended -= 1;
    return;
  }
  for (let at = scan.from; at <= scan.to; at += 1) {
    const code = bits.code(codes), run = code >> 4, size = code & 15;
    if (!size && run < 15) {
      scan.ended = (1 << run) - 1 + bits.take(run);
      return;
    }
    at += run;
    const value = bits.signed(size);
    if (size && at < 64) found[base + ORDER[at]] = value << scan.low;
  }
}

function refine(bits, scan, codes, found, base) {
  const step = 1 << scan.low;
  const more = (place) => {
    if (bits.take(1) && !(Math.abs(found[place]) & step)) found[place] += found[place] < 0 ? -step : step;
  };
  let at = scan.from;
  for (; !scan.ended && at <= scan.to; at += 1) {
    const code = bits.code(codes), size = code & 15;
    let run = code >> 4;
    if (size > 1) throw damaged("bad Huffman code");
    if (!size && run < 15) {
      scan.ended = (1 << run) + bits.take(run);
      break;
    }
    const value = size && (bits.take(1) ? step : -step);
    for (; at <= scan.to; at += 1) {
      if (found[base + ORDER[at]]) more(base + ORDER[at]);
      else if (run-- === 0) break;
    }
    if (size && at <= scan.to) found[base + ORDER[at]] = value;
  }
  if (!scan.ended) return;
  for (; at <= scan.to; at += 1) if (found[base + ORDER[at]]) more(base + ORDER[at]);
  scan.ended -= 1;
}

/** Reads coded pixels bit by bit, from a place up to the marker behind them. */
class Bits {
  #held = 0;
  #left = 0;

  constructor(data, place, end) {
    Object.assign(this, { data, place, end });
  }

  take(count) {
    let value = 0;
    for (let number = 0; number < count; number += 1) value = value * 2 + this.#bit();
    return value;
  }

  /** A number of so many bits; those that begin with 0 are below 0. */
  signed(size) {
    if (!size) return 0;
    const value = this.take(size);
    return value < 2 ** (size - 1) ? value - 2 ** size + 1 : value;
  }

  code(table) {
    if (!table) throw damaged("a table is missing");
    let code = 0;
    for (let length = 0; length < 16; length += 1) {
      code = (code << 1) | this.#bit();
      const place = code - table.first[length];
      if (place < table.counts[length]) return table.values[table.begin[length] + place];
    }
    throw damaged("bad Huffman code");
  }

  restart(number) {
    this.#left = 0;
    while (this.data[this.place] === 0xff && this.data[this.place + 1] === 0xff) this.place += 1;
    if (this.data[this.place] !== 0xff || this.data[this.place + 1] !== 0xd0 + number) {
      throw damaged("coded pixels are missing, or too many");
    }
    this.place += 2;
  }

  finish() {
    while (this.data[this.place] === 0xff && this.place < this.end) this.place += 1;
    if (this.place < this.end) throw damaged("extraneous bytes before a marker");
  }

  #bit() {
    if (!this.#left) this.#next();
    this.#left -= 1;
    return (this.#held >> this.#left) & 1;
  }

  #next() {
    if (this.place >= this.end) throw damaged("premature end of data segment");
    this.#held = this.data[this.place];
    this.#left = 8;
    this.place += 1;
    if (this.#held !== 0xff) return;
    if (this.data[this.place] !== 0) throw damaged("premature end of data segment");
    this.place += 1;
  }
}
