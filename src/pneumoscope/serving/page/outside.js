// How far a film lies from those of training, as out_of_distribution/ measures it.

import { orientationOf, standardised } from "./appearance.js";
import { halfEven } from "./pixels.js";

const BORDER = 0.05, BLACK = 16, FARTHEST = 1000, NAMED = 3, TINY = 2 ** -1022;

/**
 * Tell whether a film is unlike those of training, and why.
 * @param seen The film as the model saw it.
 * @param features What the last layer takes; of an ensemble those of all members.
 * @param contracted What train looks like, and which distance is too far.
 * @param page Words, units and the template of an upright film.
 */
export function judge(seen, features, contracted, page) {
  const references = contracted.members ? Object.values(contracted.members) : [contracted.reference];
  const limits = contracted.false_alarms, numbers = pixelFeatures(seen), turned = oddly(seen, page);
  const [first] = references;
  const far = {
    pixels: steps(first.subspaces.pixels, even(numbers, page)),
    layout: steps(first.subspaces.layout, standardised(seen)),
    features: byFeatures(references, features),
  };
  const distance = turned ? FARTHEST : Math.min(Math.max(...Object.values(far)), FARTHEST);
  const beyond = distance > limits.threshold;
  return {
    out_of_distribution: beyond,
    out_of_distribution_p: shareBeyond(limits, distance),
    out_of_distribution_distance: distance,
    out_of_distribution_limit: limits.threshold,
    out_of_distribution_reason: beyond ? reasons(far, numbers, turned, first, limits, page) : "",
  };
}

function oddly(seen, page) {
  const way = orientationOf(seen, page);
  return page.odd.some((one) => way.includes(one)) ? way : "";
}

function byFeatures(references, features) {
  let place = 0;
  const each = references.map(({ subspaces }) => {
    const length = subspaces.features.centre.length;
    place += length;
    return steps(subspaces.features, features.subarray(place - length, place));
  });
  if (place !== features.length) throw new Error("the model gives other features than its contract describes");
  return each.reduce((sum, value) => sum + value, 0) / each.length;
}

function shareBeyond({ cuts, shares }, distance) {
  const place = cuts.findIndex((cut) => cut >= distance);
  return [1, ...shares][place < 0 ? cuts.length : place];
}

/** By how many robust standard deviations numbers lie farther than is usual. */
function steps({ centre, directions, variances, rest, usual, spread }, numbers) {
  const apart = centre.map((middle, place) => numbers[place] - middle);
  const square = (values) => values.reduce((sum, value) => sum + value * value, 0);
  const along = directions.map((direction) => direction.reduce((sum, weight, place) => sum + weight * apart[place], 0));
  let squared = along.reduce((sum, value, place) => sum + (value * value) / variances[place], 0);
  if (rest !== null) squared += Math.max(square(apart) - square(along), 0) / rest;
  return (Math.log(squared + TINY) - usual) / spread;
}

function even(numbers, page) {
  return Object.entries(numbers).map(([name, value]) => {
    const scaled = page.logarithms.includes(name) ? Math.log(value + page.least_number) : value;
    return scaled / page.units[name];
  });
}

function reasons(far, numbers, turned, reference, limits, page) {
  return [
    turned && `looks ${turned}`,
    far.pixels > limits.threshold && ofPixels(numbers, reference, page),
    ...["layout", "features"].map((kind) => far[kind] > limits.threshold && page.told[kind]),
  ].filter(Boolean).join("; ");
}

function ofPixels(numbers, { ranges }, page) {
  const outside = Object.entries(ranges).map(([name, [low, high]]) => {
    const value = numbers[name], label = page.labels[name];
    const away = Math.max(low - value, value - high) / Math.max(high - low, 1e-9);
    return { away, told: `${label} ${label.endsWith("tones") ? "are" : "is"} ${value < low ? "low" : "high"}` };
  });
  const farthest = outside.filter(({ away }) => away > 0).sort((a, b) => b.away - a.away).slice(0, NAMED);
  if (!farthest.length) return page.together;
  return `${farthest.map(({ told }) => told).join(", ")} for a training radiograph`;
}

/** The numbers of robustness/features.py, in their order. */
export function pixelFeatures({ grey, width, height }) {
  const counts = new Float64Array(256), edge = new Float64Array(256);
  const [high, wide] = [height, width].map((side) => Math.max(1, halfEven(side * BORDER)));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = grey[y * width + x];
      counts[value] += 1;
      if (y < high || y >= height - high || x < wide || x >= width - wide) edge[value] += 1;
    }
  }
  const all = grey.length, border = total(edge), mean = meanOf(counts, all);
  return {
    mean_grey: mean,
    grey_spread: Math.sqrt(counts.reduce((sum, count, value) => sum + count * (value - mean) ** 2, 0) / all),
    dark_tones: percentile(counts, all, 0.05),
    bright_tones: percentile(counts, all, 0.95),
    entropy: -counts.reduce((sum, count) => (count ? sum + (count / all) * Math.log2(count / all) : sum), 0),
    sharpness: sharpness(grey, width, height),
    fine_detail: fineDetail(grey, width, height, mean),
    border_grey: meanOf(edge, border),
    black_border: total(edge.subarray(0, BLACK)) / border,
  };
}

const total = (counts) => counts.reduce((sum, count) => sum + count, 0);
const meanOf = (counts, all) => counts.reduce((sum, count, value) => sum + count * value, 0) / all;

/** Between the two nearest pixels, as NumPy does. */
function percentile(counts, all, share) {
  const place = (all - 1) * share, low = Math.floor(place);
  const at = (rank) => {
    let sum = 0;
    return counts.findIndex((count) => (sum += count) > rank);
  };
  const lower = at(low), upper = at(Math.min(low + 1, all - 1));
  return lower + (place - low) * (upper - lower);
}

/** Variance of the Laplacian, the image mirrored about its edges. */
function sharpness(grey, width, height) {
  const mirrored = (place, side) => (place < 0 ? Math.min(1, side - 1) : place >= side ? Math.max(side - 2, 0) : place);
  let sum = 0, squares = 0;
  for (let y = 0; y < height; y += 1) {
    const above = mirrored(y - 1, height) * width, below = mirrored(y + 1, height) * width, row = y * width;
    for (let x = 0; x < width; x += 1) {
      const beside = grey[row + mirrored(x - 1, width)] + grey[row + mirrored(x + 1, width)];
      const value = grey[above + x] + grey[below + x] + beside - 4 * grey[row + x];
      sum += value;
      squares += value * value;
    }
  }
  const mean = sum / grey.length;
  return squares / grey.length - mean * mean;
}

/** Share of the upper half of the frequencies, of half the spectrum as a real transform gives it. */
function fineDetail(grey, width, height, mean) {
  const across = Math.floor(width / 2) + 1, [cosines, sines] = waves(width), [up, out] = waves(height);
  const real = new Float64Array(across * height), imaginary = new Float64Array(across * height);
  for (let y = 0; y < height; y += 1) {
    for (let u = 0; u < across; u += 1) {
      let re = 0, im = 0;
      for (let x = 0; x < width; x += 1) {
        const value = grey[y * width + x] - mean, turn = (u * x) % width;
        re += value * cosines[turn];
        im -= value * sines[turn];
      }
      real[u * height + y] = re;
      imaginary[u * height + y] = im;
    }
  }
  let fine = 0, all = 0;
  for (let u = 0; u < across; u += 1) {
    for (let v = 0; v < height; v += 1) {
      let re = 0, im = 0;
      for (let y = 0; y < height; y += 1) {
        const turn = (v * y) % height, a = real[u * height + y], b = imaginary[u * height + y];
        re += a * up[turn] + b * out[turn];
        im += b * up[turn] - a * out[turn];
      }
      const power = re * re + im * im;
      all += power;
      if (Math.max(u / width, Math.min(v, height - v) / height) >= 0.25) fine += power;
    }
  }
  return all > 0 ? fine / all : 0;
}

function waves(length) {
  const angles = Array.from({ length }, (_, place) => (2 * Math.PI * place) / length);
  return [Float64Array.from(angles, Math.cos), Float64Array.from(angles, Math.sin)];
}
