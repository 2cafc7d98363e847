// What was measured of the model, and what else is known of it: sentences first, tables folded.

import { at, make } from "./dom.js";
import { complement, counted, estimate, percent } from "./numbers.js";

/** Show what is known of a model. */
export function showModel(model, runtime) {
  const { figures } = model;
  at("known").replaceChildren(
    ...(figures ? measured(figures) : [make("p", {}, `No figures: ${model.figures_reason ?? "none are on record"}.`)]),
    make("p", {}, model.out_of_distribution.sentence),
    ...(figures ? [subgroups(figures)] : []),
    about(model, runtime),
  );
}

function measured(figures) {
  const own = figures.test && make("p", {}, sentence(figures.test, "of its own collection, held back for the test,", figures.confidence));
  const others = figures.external.map((site) => external(site));
  const none = make("p", {}, "Films from elsewhere: it was measured on none, and may fare worse there.");
  return [...(own ? [own] : []), ...(others.length ? others.flat() : [none])];
}

/** One sentence: of how many films, how many of the healthy were called ill, and of the ill missed. */
function sentence(split, where, confidence) {
  const { specificity, sensitivity } = split.metrics;
  const films = `On ${counted(split.n, "film")} ${where} `;
  const level = confidence ?? 0.95;
  const parts = [
    told(complement(specificity), (share) => `called ${share} of the healthy ill`, level),
    told(complement(sensitivity), (share) => `missed ${share} of the ill`, level),
  ].filter(Boolean);
  return parts.length ? `${films}it ${parts.join(" and ")}.` : `${films}neither can be said: ${why(specificity, sensitivity)}.`;
}

function told(one, words, confidence) {
  return one && one.value !== null ? words(estimate(one, confidence)) : null;
}

const why = (...estimates) => estimates.map((one) => one?.reason).find(Boolean) ?? "it was not measured";

function external(site) {
  const known = site.in_own_collection;
  const remarks = [
    ...(known ? [`${counted(known, "film")} of it may be in the model's own collection too.`] : []),
    ...site.warnings,
  ];
  return [
    make("p", { className: "external" }, sentence(site, `from elsewhere (${site.site})`, site.confidence)),
    ...(remarks.length ? [make("p", { className: "quiet" }, remarks.join(" "))] : []),
  ];
}

function subgroups(figures) {
  const rows = figures.subgroups.map((one) => make("tr", {},
    make("th", { scope: "row" }, `${one.attribute}: ${one.group}`),
    make("td", {}, one.n.toLocaleString("en")),
    make("td", {}, cell(one.sensitivity)),
    make("td", {}, cell(one.specificity))));
  const absent = Object.entries(figures.subgroups_absent ?? {}).map(([name, reason]) => `${name}: ${reason}`);
  const head = ["group of the test films", "films", "sensitivity", "specificity"];
  const table = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: "Subgroups" },
    make("table", {},
      make("thead", {}, make("tr", {}, ...head.map((name) => make("th", { scope: "col" }, name)))),
      make("tbody", {}, ...rows)));
  return make("details", {}, make("summary", {}, "By subgroup"),
    ...(rows.length ? [table] : [make("p", {}, "No subgroup was measured.")]),
    ...(absent.length ? [make("p", { className: "quiet" }, `Not measured: ${absent.join("; ")}.`)] : []));
}

function cell(one) {
  if (!one || one.value === null) return "n/a";
  const bounds = one.low === null || one.high === null ? "" : ` (${percent(one.low)} to ${percent(one.high)})`;
  return `${percent(one.value)}${bounds}`;
}

function about(model, runtime) {
  const facts = [
    ["model", model.name],
    ["weights", model.fingerprint],
    ["threshold", `${model.threshold.toFixed(4)}${model.threshold_reason ? `: ${model.threshold_reason}` : ""}`],
    ["computed by", runtime ?? model.runtime],
    ...(model.licences ?? []).map((line) => ["licence", line]),
  ].filter(([, value]) => value);
  return make("details", {}, make("summary", {}, "Model, threshold, licences"),
    make("dl", { className: "facts" }, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)))));
}
