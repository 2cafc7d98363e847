// What of a film speaks for its decision, by hiding it place by place, as inference/occlusion.py does.

const CELLS = [14, 10, 8, 6, 5], SECONDS = 15, BOUND = 1e-7;

/**
 * Map how far a decision weakens where a window of a film is hidden by its mean grey.
 * @param film Decoded: grey, width, height.
 * @param score Gives the score of grey levels of that size.
 * @param towards 1 for PNEUMONIA, -1 for NORMAL.
 * @param preparation What the model's graph does to films.
 * @returns strength, from 0 to 255 at the size that the model sees, or null; and how it was made, or why not.
 */
export async function occlusion(film, score, towards, preparation) {
  const began = performance.now(), passed = () => (performance.now() - began) / 1000;
  const whole = logit(await score(film.grey)), each = passed();
  const cells = CELLS.find((steps) => (steps - 1) ** 2 * each <= SECONDS);
  if (!cells) return none(`hiding the film place by place takes longer than ${SECONDS} s`);
  const [high, wide] = preparation.size, weakened = new Float64Array(high * wide), covered = new Float64Array(high * wide);
  const grey = Math.round(film.grey.reduce((sum, value) => sum + value, 0) / film.grey.length);
  for (const window of windows(film, cells)) {
    if (passed() > 2 * SECONDS) return none(`hiding the film place by place takes longer than ${2 * SECONDS} s`);
    const change = towards * (whole - logit(await score(hidden(film, window, grey))));
    for (const place of places(film, window, preparation)) {
      weakened[place] += change;
      covered[place] += 1;
    }
  }
  const mean = weakened.map((sum, place) => (covered[place] ? sum / covered[place] : 0));
  const strongest = mean.reduce((most, value) => Math.max(most, value), 0);
  if (!strongest) return none("hiding no part of the film weakens the decision");
  return {
    strength: Uint8Array.from(mean, (value) => Math.round((255 * Math.max(value, 0)) / strongest)),
    method: `occlusion: how far the decision weakens where a window of 1/${Math.floor(cells / 2)} of each side is `
      + `hidden by grey, at ${(cells - 1) ** 2} places`,
  };
}

const none = (reason) => ({ strength: null, method: `none: ${reason}` });

function logit(score) {
  const bounded = Math.min(Math.max(score, BOUND), 1 - BOUND);
  return Math.log(bounded / (1 - bounded));
}

/** Windows of two steps along each side: rows and columns from and up to. */
function* windows({ width, height }, cells) {
  const edge = (side, step) => Math.round((side * step) / cells);
  for (let row = 0; row + 1 < cells; row += 1) {
    for (let column = 0; column + 1 < cells; column += 1) {
      yield [edge(height, row), edge(height, row + 2), edge(width, column), edge(width, column + 2)];
    }
  }
}

function hidden({ grey, width }, [top, bottom, left, right], value) {
  const copy = grey.slice();
  for (let y = top; y < bottom; y += 1) copy.fill(value, y * width + left, y * width + right);
  return copy;
}

/** Where in the image that the model sees a window of the film lies. */
function* places({ width, height }, [top, bottom, left, right], { size: [high, wide], fit, border_crop: border = 0 }) {
  const cut = [height, width].map((side) => Math.trunc(side * border));
  const kept = [height - 2 * cut[0], width - 2 * cut[1]];
  const scales = [high / kept[0], wide / kept[1]];
  const both = { letterbox: Math.min(...scales), crop: Math.max(...scales) }[fit];
  const seen = (place, axis, side) => {
    const scale = both ?? scales[axis];
    const moved = (place - cut[axis]) * scale + (side - kept[axis] * scale) / 2;
    return Math.min(side, Math.max(0, Math.round(moved)));
  };
  for (let y = seen(top, 0, high); y < seen(bottom, 0, high); y += 1) {
    for (let x = seen(left, 1, wide); x < seen(right, 1, wide); x += 1) yield y * wide + x;
  }
}
