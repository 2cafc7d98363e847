// Coefficients of a JPEG turned into grey pixels, at full or reduced scale, in the whole numbers of libjpeg (jidctint.c,
// jidctred.c): the same film gives the same grey levels as in training, whatever the browser.

const PASS1 = 2, CONST = 13;

const round = (value, bits) => (value + (1 << (bits - 1))) >> bits;
const limit = (value) => (value < -128 ? 0 : value > 127 ? 255 : value + 128);

/** Along one line of 8: `get(place)` in, `put(place, value)` out, shifted back by `bits`. */
const LINES = {
  1(get, put, bits) {
    let z1 = (get(2) + get(6)) * 4433;
    const two = z1 - get(6) * 15137, three = z1 + get(2) * 6270;
    const sum = (get(0) + get(4)) * 8192, less = (get(0) - get(4)) * 8192;
    const even = [sum + three, less + two, less - two, sum - three];
    z1 = (get(7) + get(1)) * -7373;
    const z2 = (get(5) + get(3)) * -20995, z5 = (get(7) + get(3) + get(5) + get(1)) * 9633;
    const z3 = (get(7) + get(3)) * -16069 + z5, z4 = (get(5) + get(1)) * -3196 + z5;
    const odd = [
      get(1) * 12299 + z1 + z4, get(3) * 25172 + z2 + z3, get(5) * 16819 + z2 + z4, get(7) * 2446 + z1 + z3,
    ];
    for (let place = 0; place < 4; place += 1) {
      put(place, round(even[place] + odd[place], bits));
      put(7 - place, round(even[place] - odd[place], bits));
    }
  },
  2(get, put, bits) {
    const sum = get(0) * 16384, two = get(2) * 15137 - get(6) * 6270;
    const inner = get(7) * -1730 + get(5) * 11893 + get(3) * -17799 + get(1) * 8697;
    const outer = get(7) * -4176 + get(5) * -4926 + get(3) * 7373 + get(1) * 20995;
    put(0, round(sum + two + outer, bits + 1));
    put(3, round(sum + two - outer, bits + 1));
    put(1, round(sum - two + inner, bits + 1));
    put(2, round(sum - two - inner, bits + 1));
  },
  4(get, put, bits) {
    const sum = get(0) * 32768, odd = get(7) * -5906 + get(5) * 6967 + get(3) * -10426 + get(1) * 29692;
    put(0, round(sum + odd, bits + 2));
    put(1, round(sum - odd, bits + 2));
  },
};

/**
 * Turn coefficients into pixels.
 * @param scale 1, 2, 4 or 8: by how much the film is reduced.
 */
export function pixels({ found, stride, table }, width, height, scale) {
  const side = 8 / scale, across = Math.ceil(width / scale), down = Math.ceil(height / scale);
  const grey = new Uint8Array(across * down), block = new Int32Array(64), work = new Int32Array(64), out = new Uint8Array(64);
  const columns = Math.ceil(across / side);
  for (let y = 0; y * side < down; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const base = 64 * (y * stride + x);
      for (let place = 0; place < 64; place += 1) block[place] = found[base + place] * table[place];
      transform(block, work, out, scale);
      const rows = Math.min(side, down - y * side), wide = Math.min(side, across - x * side);
      for (let row = 0; row < rows; row += 1) {
        const to = (y * side + row) * across + x * side;
        for (let column = 0; column < wide; column += 1) grey[to + column] = out[row * side + column];
      }
    }
  }
  return { grey, width: across, height: down };
}

function transform(block, work, out, scale) {
  if (scale === 8) {
    out[0] = limit(round(block[0], 3));
    return;
  }
  const line = LINES[scale], side = 8 / scale;
  for (let column = 0; column < 8; column += 1) {
    line((row) => block[8 * row + column], (row, value) => (work[8 * row + column] = value), CONST - PASS1);
  }
  for (let row = 0; row < side; row += 1) {
    const from = 8 * row, to = side * row;
    line((column) => work[from + column], (column, value) => (out[to + column] = limit(value)), CONST + PASS1 + 3);
  }
}
