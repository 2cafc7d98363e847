// The chunks of a PNG, each held against its checksum.

import { orientationIn, orientationInXmp } from "./exif.js";
import { pixels, rawSize } from "./png_rows.js";
import { Unread } from "./unread.js";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const DEPTHS = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
const MODES = { 0: "", 2: "", 3: "P", 4: "LA", 6: "RGBA" };

/** Whether a file begins as a PNG does. */
export const recognises = (data) => SIGNATURE.every((byte, place) => data[place] === byte);

/** Take a PNG apart; its pixels wait. */
export function prepare(data) {
  const chunks = walk(data), header = headerOf(chunks[0]);
  if (header.bits === 16) throw new Unread("PNG of 16 bits a sample is not read in the browser: use the service");
  if (chunks.some(({ kind }) => kind === "acTL")) {
    throw new Unread("the file holds several pictures, animated or as pages: save the radiograph alone");
  }
  if (chunks.some(({ kind }) => kind === "tRNS")) {
    throw new Unread("PNG with a transparent colour is not read in the browser: save it without, or use the service");
  }
  const { width, height, bits, colour } = header;
  const mode = bits === 1 && colour === 0 ? "1" : MODES[colour];
  return {
    width,
    height,
    orientation: orientation(chunks),
    note: mode && `converted from mode ${mode} to grey`,
    grey: async () => pixels(await unpacked(chunks, header), header, palette(chunks)),
  };
}

function walk(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength), chunks = [];
  for (let place = 8, kind = ""; kind !== "IEND";) {
    const end = place + 12 > data.length ? Infinity : place + 12 + view.getUint32(place);
    if (end > data.length) throw new Unread("the PNG is cut short");
    kind = String.fromCharCode(...data.subarray(place + 4, place + 8));
    if (checksum(data.subarray(place + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new Unread(`damaged PNG: its ${kind} chunk does not fit its checksum`);
    }
    chunks.push({ kind, content: data.subarray(place + 8, end - 4) });
    if (chunks.length > 100000) throw new Unread("too many parts: more than 100,000 within one file");
    place = end;
  }
  return chunks;
}

function headerOf({ kind, content }) {
  if (kind !== "IHDR" || content.length !== 13) throw new Unread("damaged PNG: it does not begin with its header");
  const view = new DataView(content.buffer, content.byteOffset);
  const [bits, colour, packing, filtering, interlaced] = content.subarray(8);
  if (!DEPTHS[colour]?.includes(bits) || packing || filtering || interlaced > 1) {
    throw new Unread("damaged PNG: its header says what no PNG can be");
  }
  return { width: view.getUint32(0), height: view.getUint32(4), bits, colour, interlaced };
}

/** Unpack the pixels; fewer than the header says, and more, are refused. */
async function unpacked(chunks, header) {
  const data = new Blob(chunks.filter(({ kind }) => kind === "IDAT").map(({ content }) => content));
  const raw = new Uint8Array(rawSize(header)), reader = data.stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done && size <= raw.length; part = await reader.read()) {
      raw.set(part.value.subarray(0, raw.length - size), Math.min(size, raw.length));
      size += part.value.length;
    }
  } catch {
    throw new Unread("damaged PNG: its pixels cannot be unpacked");
  }
  reader.cancel().catch(() => {});
  if (size !== raw.length) throw new Unread(`damaged PNG: it has ${size > raw.length ? "more" : "fewer"} pixels than its header says`);
  return raw;
}

const palette = (chunks) => chunks.find(({ kind }) => kind === "PLTE")?.content;

function orientation(chunks) {
  const of = (kind) => chunks.find((chunk) => chunk.kind === kind)?.content;
  for (const { kind, content } of chunks) {
    if (kind !== "iTXt" && kind !== "zTXt" && kind !== "tEXt") continue;
    const keyword = new TextDecoder("latin1").decode(content.subarray(0, content.indexOf(0)));
    const packed = keyword === "Raw profile type exif" || (keyword === "XML:com.adobe.xmp" && content[keyword.length + 1] !== 0);
    if (packed) throw new Unread("which side is up stands in it in a way that is not read in the browser: save it anew, or use the service");
    if (keyword === "XML:com.adobe.xmp" && !of("eXIf")) return orientationInXmp(content) ?? 1;
  }
  return (of("eXIf") && orientationIn(of("eXIf"))) ?? 1;
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function checksum(bytes) {
  let value = -1;
  for (const byte of bytes) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ -1) >>> 0;
}
