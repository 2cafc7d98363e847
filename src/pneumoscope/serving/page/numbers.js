// Numbers in words, and the one thing that this page computes of a prediction: its probability.

const SATURATED = 1e-7;

export const logit = (share) => Math.log(share / (1 - share));

const bounded = (score) => Math.min(Math.max(score, SATURATED), 1 - SATURATED);

/** How far a score lies from a threshold, on the logits. */
export const away = (score, threshold) => Math.abs(logit(bounded(score)) - logit(bounded(threshold)));

/** Calibrated score of a film, carried over to another prevalence by Bayes' theorem; null without
 * a calibration, and of a film unlike those of training, on whose like none was fitted. */
export function probabilityOf(film, line, prevalence) {
  if (!line || film.score === null || film.out_of_distribution !== false) return null;
  const shift = logit(prevalence) - logit(line.prevalence);
  const logits = line.intercept + shift + line.slope * logit(bounded(film.score));
  return 1 / (1 + Math.exp(-logits));
}

/** A share as percent: 0.4%, 13%, 99.6%; never 0 or 100 where it is not. */
export function percent(share) {
  const value = 100 * share;
  if (value > 0 && value < 0.1) return "less than 0.1%";
  if (value > 99.9 && value < 100) return "more than 99.9%";
  const edge = Math.min(value, 100 - value);
  return `${Number(value.toFixed(edge > 0 && edge < 9.95 ? 1 : 0))}%`;
}

/** An estimate with its interval, or why there is none. */
export function estimate(one, confidence) {
  if (!one || one.value === null) return `n/a: ${(one && one.reason) || "not measured"}`;
  if (one.low === null || one.high === null) return percent(one.value);
  return `${percent(one.value)} (${percent(confidence)} interval ${percent(one.low)} to ${percent(one.high)})`;
}

/** 1 minus an estimate. */
export function complement(one) {
  if (!one || one.value === null) return one;
  const turned = (bound) => (bound === null ? null : 1 - bound);
  return { ...one, value: 1 - one.value, low: turned(one.high), high: turned(one.low) };
}

/** A count with its noun. */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
