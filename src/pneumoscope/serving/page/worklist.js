// The worklist: films unlike those of training first, then the grey zone, then the nearest to the threshold.

import { at, make } from "./dom.js";
import { READ, REFUSED, WAITING, WORKING } from "./films.js";
import { away } from "./numbers.js";

const GROUPS = [
  ["Unlike the films of training", (e) => e.state === READ && e.found.out_of_distribution, (e) => [e.found.out_of_distribution_p, distance(e)]],
  ["In the grey zone", (e) => e.state === READ && e.found.grey_zone, (e) => [distance(e)]],
  ["Others, the nearest to the threshold first", (e) => e.state === READ, (e) => [distance(e)]],
  ["Not read", (e) => e.state === REFUSED, null],
  ["At work", (e) => e.state === WORKING, null],
  ["Waiting", (e) => e.state === WAITING, null],
];

function distance(entry) {
  return away(entry.found.score, entry.found.threshold);
}

/** Sort films into the groups of the list; a film stands in the first that it fits. */
export function sorted(entries) {
  let left = entries;
  return GROUPS.map(([title, fits, key]) => {
    const found = left.filter(fits);
    left = left.filter((entry) => !fits(entry));
    if (key) found.sort((a, b) => compared([...key(a), a.name, a.id], [...key(b), b.name, b.id]));
    return { title, films: found };
  }).filter((group) => group.films.length);
}

function compared(ours, theirs) {
  const place = ours.findIndex((value, number) => value !== theirs[number]);
  return place < 0 ? 0 : ours[place] < theirs[place] ? -1 : 1;
}

/** The list on the page. */
export class Worklist {
  #items = new Map();
  #sections = new Map();

  /** @param choose is called with the film that is clicked. */
  constructor(choose) {
    this.choose = choose;
    this.order = [];
  }

  /** Show films, and mark the chosen one. */
  show(entries, chosen) {
    const groups = sorted(entries);
    this.order = groups.flatMap((group) => group.films);
    const kept = new Set(this.order.map((entry) => entry.id));
    for (const id of this.#items.keys()) if (!kept.has(id)) this.#items.delete(id);
    const sections = groups.map((group) => this.#section(group, chosen));
    replace(at("groups"), sections);
  }

  /** Bring the item of a film into view, and perhaps to the keyboard's focus. */
  reveal(entry, focus) {
    const item = this.#items.get(entry.id);
    if (!item) return;
    if (focus) item.button.focus({ preventScroll: true });
    item.button.scrollIntoView({ block: "nearest" });
  }

  #section({ title, films }, chosen) {
    if (!this.#sections.has(title)) {
      const heading = make("h3"), list = make("ol");
      this.#sections.set(title, { heading, list, section: make("section", {}, heading, list) });
    }
    const { heading, list, section } = this.#sections.get(title);
    const text = `${title} (${films.length.toLocaleString("en")})`;
    if (heading.textContent !== text) heading.textContent = text;
    replace(list, films.map((entry) => this.#item(entry, chosen)));
    return section;
  }

  #item(entry, chosen) {
    let item = this.#items.get(entry.id);
    if (!item || item.entry !== entry || item.state !== entry.state) {
      const fresh = drawn(entry, () => this.choose(entry));
      if (item) item.row.replaceWith(fresh.row);
      item = { ...fresh, entry, state: entry.state };
      this.#items.set(entry.id, item);
    }
    if (entry === chosen) item.button.setAttribute("aria-current", "true");
    else item.button.removeAttribute("aria-current");
    return item.row;
  }
}

/** Put children in place of others, moving none that stays: a moved element loses the focus. */
function replace(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  children.forEach((child, place) => {
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
}

function drawn(entry, choose) {
  const source = entry.found?.images?.film;
  const picture = source
    ? make("img", { src: source, alt: "", className: "thumb", decoding: "async" })
    : make("span", { className: "thumb", ariaHidden: "true" });
  const button = make(
    "button", { type: "button", className: `item ${entry.state}`, onclick: choose },
    picture,
    make("span", { className: "item-text" },
      make("span", { className: "item-name" }, entry.name),
      make("span", { className: "item-said" }, ...said(entry))),
  );
  return { row: make("li", {}, button), button };
}

function said(entry) {
  if (entry.state === REFUSED) return [entry.reason];
  if (entry.state !== READ) return [entry.state === WORKING ? "…" : "waits"];
  const { prediction, score } = entry.found;
  const called = prediction ?? "not decided";
  return [
    make("span", { className: `called ${prediction === "PNEUMONIA" ? "positive" : ""}` }, called),
    make("span", { className: "item-score" }, ` ${score.toFixed(3)}`),
  ];
}
