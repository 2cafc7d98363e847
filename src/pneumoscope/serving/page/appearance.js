// What a film looks like at a glance, as radiographs/appearance.py and orientation.py tell it.

import { area } from "./pixels.js";

const GLANCE = 32, SIDE = 16, CLIP = 2.5;

/** What is odd about how a decoded film looks, or an empty text. */
export function appearance({ grey, width, height }, page) {
  const step = Math.max(1, Math.floor(Math.min(width, height) / (2 * GLANCE)));
  const small = area(every({ grey, width, height }, step), GLANCE);
  const far = (value, usual) => value < page.far * usual;
  const mean = small.grey.reduce((sum, value) => sum + value, 0) / small.grey.length;
  const [low, high] = [0.05, 0.95].map((share) => level(small.grey, share));
  const way = orientationOf(small, page);
  return [
    way && `looks ${way}`,
    far(mean, page.typical.brightness) ? page.dark : "",
    far(high - low, page.typical.contrast) ? page.flat : "",
  ].filter(Boolean).join(", ");
}

/** Shrink a film to 16 × 16 numbers of mean 0 and variance 1. */
export function standardised(image) {
  const small = Float32Array.from(area(image, SIDE).grey);
  const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
  const centred = small.map((value) => value - mean);
  const deviation = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0) / small.length);
  return centred.map((value) => Math.min(CLIP, Math.max(-CLIP, value / Math.max(deviation, 1))));
}

/** How a film looks if not upright: some of the ways, joined by "and", or an empty text. */
export function orientationOf(image, page) {
  const small = standardised(image);
  let logits = copies(page.template).map((way) => way.reduce((sum, weight, place) => sum + weight * small[place], 0));
  const inverted = -Math.min(...logits) - Math.max(...logits) > page.least.inverted;
  if (inverted) logits = logits.map((value) => -value);
  const margins = Object.entries(WAYS).map(([way, places]) => [way, Math.max(...places.map((place) => logits[place])) - logits[0]]);
  const shown = margins.filter(([way, margin]) => margin > page.least[way]).sort((a, b) => b[1] - a[1]);
  return [inverted ? "inverted" : "", shown[0]?.[0] ?? ""].filter(Boolean).join(" and ");
}

const WAYS = { "on its side": [1, 3, 5, 7], "upside down": [2, 6], mirrored: [4] };

/** The template turned by 0 to 3 quarters, then its mirror image likewise. */
function copies(template) {
  const turned = (image) => image.map((_, place) => {
    const row = Math.floor(place / SIDE), column = place % SIDE;
    return image[column * SIDE + (SIDE - 1 - row)];
  });
  const mirrored = template.map((_, place) => template[place - (place % SIDE) + (SIDE - 1 - (place % SIDE))]);
  return [template, mirrored].flatMap((image) => {
    const ways = [image];
    for (let quarter = 1; quarter < 4; quarter += 1) ways.push(turned(ways[quarter - 1]));
    return ways;
  });
}

function every({ grey, width, height }, step) {
  const across = Math.ceil(width / step), down = Math.ceil(height / step);
  const found = new Uint8Array(across * down);
  for (let y = 0; y < down; y += 1) {
    for (let x = 0; x < across; x += 1) found[y * across + x] = grey[y * step * width + x * step];
  }
  return { grey: found, width: across, height: down };
}

/** The lowest grey level up to which a share of the pixels lies. */
function level(grey, share) {
  const counts = new Uint32Array(256);
  for (const value of grey) counts[value] += 1;
  let sum = 0;
  return counts.findIndex((count) => (sum += count) >= share * grey.length);
}
