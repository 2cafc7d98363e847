// Grey images {grey, width, height}: reduced and turned as the decoders of the project do.

/** The grey of a colour, as Pillow has it. */
export const luminance = (red, green, blue) => (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;

/** Average blocks as Pillow's `reduce` does, its rounding included. */
export function reduced({ grey, width, height }, factor) {
  const across = Math.ceil(width / factor), down = Math.ceil(height / factor);
  const found = new Uint8Array(across * down);
  for (let y = 0; y < down; y += 1) {
    const rows = Math.min(factor, height - y * factor);
    for (let x = 0; x < across; x += 1) {
      const columns = Math.min(factor, width - x * factor), area = rows * columns;
      let sum = Math.floor(area / 2);
      for (let row = 0; row < rows; row += 1) {
        const begin = (y * factor + row) * width + x * factor;
        for (let column = 0; column < columns; column += 1) sum += grey[begin + column];
      }
      found[y * across + x] = Math.floor((sum * reciprocal(area)) / 2 ** 24);
    }
  }
  return { grey: found, width: across, height: down };
}

/** 2^24 over an area, in the single precision that Pillow computes it in. */
const reciprocal = (area) => Math.floor(Math.fround(2 ** 24 / area));

/** From where the pixel at (x, y) of an upright film is taken, by the EXIF orientation. */
const SOURCES = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, w, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, w, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

/** Turn an image upright as its EXIF orientation says. */
export function upright(image, orientation) {
  const source = SOURCES[orientation];
  if (!source) return image;
  const { grey, width, height } = image;
  const [across, down] = orientation > 4 ? [height, width] : [width, height];
  const found = new Uint8Array(grey.length);
  for (let y = 0; y < down; y += 1) {
    for (let x = 0; x < across; x += 1) {
      const [column, row] = source(x, y, width, height);
      found[y * across + x] = grey[row * width + column];
    }
  }
  return { grey: found, width: across, height: down };
}

/** Shrink by averaging areas as OpenCV's INTER_AREA does, in its single precision; halves of pairs go up there. */
export function area({ grey, width, height }, side) {
  const columns = weights(width, side), rows = weights(height, side);
  const rounded = width === 2 * side && height === 2 * side ? (value) => Math.floor(value + 0.5) : halfEven;
  const whole = width % side === 0 && height % side === 0; // OpenCV then sums whole numbers
  const each = Math.fround((side * side) / (width * height));
  const found = new Uint8Array(side * side);
  rows.forEach((covered, y) => {
    const sums = new Float32Array(side);
    for (const [row, high] of covered) {
      columns.forEach((wide, x) => {
        let along = 0;
        for (const [column, share] of wide) {
          const value = grey[row * width + column];
          along = whole ? along + value : Math.fround(along + Math.fround(value * share));
        }
        sums[x] += whole ? along : Math.fround(along * high);
      });
    }
    sums.forEach((sum, x) => (found[y * side + x] = rounded(whole ? Math.fround(sum * each) : sum)));
  });
  return { grey: found, width: side, height: side };
}

function weights(length, side) {
  const scale = length / side;
  return Array.from({ length: side }, (_, place) => {
    const begin = place * scale, end = Math.min(begin + scale, length), covered = [];
    for (let at = Math.floor(begin); at < end; at += 1) {
      const share = Math.min(at + 1, end) - Math.max(at, begin);
      if (share > 1e-3) covered.push([at, Math.fround(share / Math.min(scale, length - begin))]);
    }
    return covered;
  });
}

/** Round as Python and OpenCV do: halves to the even number. */
export function halfEven(value) {
  const below = Math.floor(value), rest = value - below;
  if (rest === 0.5) return below % 2 ? below + 1 : below;
  return Math.round(value);
}
