// What the model says of one film, in words and on a scale.

import { at, make, write } from "./dom.js";
import { READ, REFUSED } from "./films.js";
import { logit, percent, probabilityOf } from "./numbers.js";

const WITHHELD = "Withheld: the film is unlike those of training, and no probability was fitted on such.";
const SLIDER = [Math.log10(0.001), Math.log10(0.99)]; // ends of the slider: 0.1 % and 99 %

/** The panel beside the film. */
export class Reading {
  #entry = null;
  #model = null;

  constructor() {
    at("prevalence").addEventListener("input", () => this.#choose(ofSlider(at("prevalence").value), "prevalence"));
    at("prevalence-number").addEventListener("input", () => {
      const share = Number(at("prevalence-number").value) / 100;
      if (share > 0 && share < 1) this.#choose(share, "prevalence-number");
    });
  }

  /** Take what is known of the model, once. */
  model(model) {
    this.#model = model;
    const line = model.probability;
    at("probability-box").hidden = false;
    at("prevalence-row").hidden = !line;
    write("prevalence-note", line ? "" : `No probability: ${model.probability_reason}.`);
    if (line) this.#choose(line.prevalence);
    else this.#tell();
  }

  /** Show one film of the list, or none. */
  show(entry) {
    this.#entry = entry;
    const read = entry?.state === READ;
    at("film-name").textContent = entry ? entry.name : "No film chosen";
    at("result").hidden = !read;
    write("refused", entry?.state === REFUSED ? `Not read: ${entry.reason}.`.replace(/\.\.$/, ".") : "");
    if (read) this.#result(entry.found);
    this.#tell();
  }

  #result(film) {
    at("verdict").textContent = film.prediction ?? "Not decided";
    at("verdict").className = film.prediction === "PNEUMONIA" ? "positive" : "";
    at("flags").replaceChildren(
      ...(film.out_of_distribution ? [make("span", { className: "flag" }, "unlike train")] : []),
      ...(film.grey_zone ? [make("span", { className: "flag" }, "grey zone")] : []),
    );
    write("verdict-means", means(film));
    scale(film);
    outside(film);
    write("remarks", [
      film.note && `Converted: ${film.note}.`,
      film.warning && `Warning: ${film.warning}.`,
    ].filter(Boolean).join(" "));
  }

  #choose(share, moved = "") {
    this.share = share;
    if (moved !== "prevalence") at("prevalence").value = toSlider(share);
    if (moved !== "prevalence-number") at("prevalence-number").value = Number((100 * share).toPrecision(3));
    at("prevalence").setAttribute("aria-valuetext", percent(share));
    this.#tell();
  }

  /** Say the probability of the film for the prevalence that is set. */
  #tell() {
    const film = this.#entry?.state === READ ? this.#entry.found : null;
    const line = this.#model?.probability;
    at("probability-box").classList.toggle("nothing", !film);
    at("probability").textContent = "";
    if (!line) return;
    const own = Math.abs(logit(this.share) - logit(line.learnt_prevalence)) < 0.01;
    write("prevalence-note", !own ? "" : this.#model.update
      ? "That share is the one of the films that the update was fitted on."
      : "That share is the one of the model's validation films.");
    const found = film && probabilityOf(film, line, this.share);
    if (typeof found === "number") at("probability").textContent = percent(found);
    write("probability-text", !film ? "" : found === null ? WITHHELD
      : `that it shows PNEUMONIA, where ${percent(this.share)} of such films do`);
  }
}

function means(film) {
  if (film.prediction === null) return "Films unlike those of training are left undecided.";
  return film.grey_zone ? "In the grey zone a human should look first." : "A human should look here too.";
}

function scale(film) {
  const place = (score) => `${100 * score}%`;
  const [zone] = at("scale").getElementsByClassName("zone");
  const [threshold] = at("scale").getElementsByClassName("threshold");
  const [mark] = at("scale").getElementsByClassName("mark");
  zone.hidden = film.zone_low === null;
  if (!zone.hidden) {
    zone.style.left = place(film.zone_low);
    zone.style.width = place(Math.min(film.zone_high, 1) - film.zone_low);
  }
  threshold.style.left = place(Math.min(film.threshold, 1));
  mark.style.left = place(film.score);
  const text = [
    `Score ${short(film.score)}, PNEUMONIA from ${short(film.threshold)} on`,
    ...(zone.hidden ? [] : [`grey zone ${short(film.zone_low)} to ${short(film.zone_high)}`]),
  ].join("; ");
  at("score-text").textContent = `${text}.`;
  at("scale").setAttribute("aria-label", `${text}, on a scale from 0 to 1`);
}

/** Four digits near the ends, where three would say 0 or 1. */
const short = (score) => score.toFixed(score > 0.9985 || score < 0.0015 ? 5 : 3);

function outside(film) {
  const box = at("outside");
  box.classList.toggle("warns", film.out_of_distribution === true);
  if (film.out_of_distribution === null) {
    box.textContent = "Whether it is unlike the films of training is not known.";
    return;
  }
  const share = film.out_of_distribution_p;
  const far = `Of the patients of validation, ${percent(share)} have films that lie as far from those of training`;
  const counted = "this one counted";
  box.textContent = film.out_of_distribution
    ? `Unlike the films of training: ${film.out_of_distribution_reason}. ${far}, ${counted}.`
    : `Not found unlike the films of training. ${far}, ${counted}.`;
}

const ofSlider = (value) => 10 ** (SLIDER[0] + (Number(value) / 100) * (SLIDER[1] - SLIDER[0]));
const toSlider = (share) => (100 * (Math.log10(share) - SLIDER[0])) / (SLIDER[1] - SLIDER[0]);
