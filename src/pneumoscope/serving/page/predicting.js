// A score becomes a prediction by what was locked, as in inference/predictions.py; same fields as the service's.

import { probabilityOf } from "./numbers.js";

/** The record of a film that could not be read. */
export function unread(contract, about) {
  return { ...base(contract), ...about };
}

/** The record of a film that was scored. */
export function predicted(contract, about, score, told) {
  const record = { ...base(contract), ...about, ...told, score };
  const called = score >= record.threshold ? "PNEUMONIA" : "NORMAL";
  const decided = !told.out_of_distribution || contract.export.decides_out_of_distribution;
  record.prediction = decided ? called : null;
  record.grey_zone = record.zone_low !== null && record.zone_low <= score && score < record.zone_high;
  const { probability, prevalence } = contract.export;
  record.probability = probabilityOf(record, probability && { ...probability, prevalence }, prevalence);
  return record;
}

function base(contract) {
  const [low, high] = contract.export.zone ?? [null, null];
  return {
    prediction: null, grey_zone: null, score: null, probability: null,
    out_of_distribution: null, out_of_distribution_p: null, out_of_distribution_distance: null,
    out_of_distribution_limit: null, out_of_distribution_reason: null,
    reason: "", note: "", warning: "", width: 0, height: 0,
    prevalence: contract.export.prevalence, model: contract.name, fingerprint: contract.fingerprint,
    threshold: contract.operating_point.threshold, zone_low: low, zone_high: high,
    notice: contract.notice, images: null,
  };
}

/** What spoke for the decision, from 0 to 255, at the size of the film that the model saw, or null; how it was made, or why not. */
export function attribution(map, record, { width, height }) {
  const none = (reason) => ({ strength: null, method: `none: ${reason}` });
  if (!map) return none(`${record.model} does not read its score off the means of feature maps`);
  const method = `class activation map of ${record.model}`;
  const [, rows, columns] = map.dims;
  const towards = record.score >= record.threshold ? 1 : -1;
  const spoke = Float32Array.from(map.data, (value) => Math.max(0, towards * value));
  const large = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const [top, bottom, down] = between(y, height, rows);
    for (let x = 0; x < width; x += 1) {
      const [left, right, across] = between(x, width, columns);
      const along = (row) => spoke[row * columns + left] * (1 - across) + spoke[row * columns + right] * across;
      large[y * width + x] = along(top) * (1 - down) + along(bottom) * down;
    }
  }
  const strongest = large.reduce((most, value) => Math.max(most, value), 0);
  if (!strongest) return none(`no place of the film shows what spoke for the decision (${method})`);
  return { strength: Uint8Array.from(large, (value) => Math.round((255 * value) / strongest)), method };
}

function between(place, size, cells) {
  const at = Math.min(Math.max(((place + 0.5) * cells) / size - 0.5, 0), cells - 1);
  const low = Math.floor(at);
  return [low, Math.min(low + 1, cells - 1), at - low];
}
