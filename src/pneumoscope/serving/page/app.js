// Puts the parts of the page together. The engine is the service, or the model in the browser itself.

import { at, write } from "./dom.js";
import { Films, Halt, dropped } from "./films.js";
import { keyboard } from "./keyboard.js";
import { showModel } from "./known.js";
import { counted } from "./numbers.js";
import { Reading } from "./reading.js";
import { Viewer } from "./viewer.js";
import { Worklist } from "./worklist.js";

const SYNTHETIC = "Synthetic: trained on phantoms, not on radiographs of patients.";

const kind = document.documentElement.dataset.engine;
const engine = kind === "browser"
  ? new (await import("./browser.js")).Browser()
  : new (await import("./service.js")).Service();

const viewer = new Viewer(
  ({ source, name }) => engine.occluded(source.file, name, source.only),
  ({ source }) => engine.pictured(source.file, source.only),
);
const reading = new Reading();
const worklist = new Worklist((entry) => choose(entry));
const films = new Films(engine, engine.lanes, () => later());
let chosen = null, byHand = false, planned = false;

function later() {
  if (planned) return;
  planned = true;
  requestAnimationFrame(() => {
    planned = false;
    refresh();
  });
}

function refresh() {
  worklist.show(films.entries, chosen);
  if (!byHand) chosen = worklist.order[0] ?? null; // the most doubtful, until someone chooses
  show(false);
  progress();
}

function choose(entry, focus = false) {
  chosen = entry;
  byHand = true;
  show(focus);
}

function show(focus) {
  worklist.show(films.entries, chosen);
  if (chosen && (focus || byHand)) worklist.reveal(chosen, focus);
  at("empty").hidden = films.entries.length > 0;
  viewer.show(chosen);
  reading.show(chosen);
}

function progress() {
  const { all, read, refused, waiting, working } = films.counts, done = read + refused;
  const busy = waiting + working > 0;
  at("progress").hidden = !busy;
  at("progress").max = Math.max(all, 1);
  at("progress").value = done;
  const wait = films.busySeconds ? `; the service is busy, asked again in ${films.busySeconds} s` : "";
  const left = refused ? `; ${refused.toLocaleString("en")} not read` : "";
  write("done-count", !all ? "" : busy ? `${done} of ${counted(all, "film")}${left}${wait}` : `${counted(all, "film")}${left}`);
  if (films.busySeconds) setTimeout(later, 1000);
  halt(films.halted);
}

function halt(error) {
  at("halted").hidden = !error || error.needsToken;
  at("halted-why").textContent = error?.message ?? "";
  if (error?.needsToken && !at("token").open) {
    write("token-why", error.message);
    at("token").showModal();
  }
}

let known = false;

/** Ask what the model is; without an answer the page says so, and asks again when told to. */
async function begin() {
  try {
    const model = await engine.describe();
    known = true;
    films.halted = null;
    at("notice").textContent = model.notice;
    write("synthetic", model.synthetic ? SYNTHETIC : "");
    reading.model(model);
    showModel(model, engine.runtime);
  } catch (error) {
    films.halted = error instanceof Halt ? error : new Halt(error.message);
  }
  refresh();
}

async function again() {
  if (!known) await begin();
  if (known) films.again();
}

function add(files) {
  films.add([...files].map((file) => ({ file, name: file.name })));
}

function drops() {
  let depth = 0;
  const inside = (on) => document.body.classList.toggle("over", on);
  addEventListener("dragenter", () => inside(++depth > 0));
  addEventListener("dragleave", () => inside(--depth > 0));
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", async (event) => {
    event.preventDefault();
    depth = 0;
    inside(false);
    const { items, files } = event.dataTransfer;
    films.add(items.length ? await dropped(items) : [...files].map((file) => ({ file, name: file.name })));
  });
  addEventListener("paste", (event) => add(event.clipboardData.files));
}

function theme(light) {
  document.documentElement.dataset.theme = light ? "light" : "dark";
  at("theme").textContent = light ? "Dark" : "Light";
  at("theme").setAttribute("aria-pressed", String(light));
  try {
    localStorage.setItem("theme", light ? "light" : "dark");
  } catch { /* a browser that keeps nothing */ }
}

function remembered() {
  try {
    return localStorage.getItem("theme") === "light";
  } catch {
    return false;
  }
}

const actions = {
  add: () => at("chosen").click(),
  theme: () => theme(document.documentElement.dataset.theme !== "light"),
  help: () => at("help").showModal(),
  step: (by) => {
    const order = worklist.order, place = order.indexOf(chosen);
    const next = order[Math.min(order.length - 1, Math.max(0, place + by))];
    if (next) choose(next, true);
  },
  open: () => at("film-name").focus(),
  back: () => chosen && worklist.reveal(chosen, true),
  viewer,
};

at("add").addEventListener("click", actions.add);
at("choose").addEventListener("click", actions.add);
at("theme").addEventListener("click", actions.theme);
at("ask-help").addEventListener("click", actions.help);
at("again").addEventListener("click", again);
at("chosen").addEventListener("change", () => {
  add(at("chosen").files);
  at("chosen").value = "";
});
at("token-form").addEventListener("submit", () => {
  engine.token = at("token-value").value;
  at("token-value").value = "";
  again();
});
at("formats").textContent = engine.formats;
at("where").textContent = engine.where;
theme(remembered());
keyboard(actions);
drops();
await begin();
document.documentElement.dataset.ready = "true";
