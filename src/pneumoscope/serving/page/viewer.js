// The film as the model saw it, the attribution over it, and a lens.

import { at } from "./dom.js";

// The colours of "inferno", from dark to bright (matplotlib, CC0).
const COLOURS = [
  [0, 0, 4], [27, 12, 65], [74, 12, 107], [120, 28, 109], [165, 44, 96], [207, 68, 70],
  [237, 105, 37], [251, 155, 6], [247, 209, 61], [252, 255, 164],
];
const STRONGEST = 0.85;
const REST = 300; // milliseconds that a film is looked at before its picture is asked for

/** Draws one film at a time. */
export class Viewer {
  #shown = null;
  #entry = null;
  #address = null;
  #zoom = { scale: 1, x: 0, y: 0 };

  /**
   * @param occluded gives a film of the list with a map made by hiding it place by place.
   * @param pictured gives a film of the list that has come without its picture, with it.
   */
  constructor(occluded, pictured) {
    Object.assign(this, { occluded, pictured });
    at("occlude").addEventListener("click", () => this.occlude());
    at("overlay").addEventListener("input", () => this.#weigh());
    at("toggle-original").addEventListener("click", () => this.toggleOriginal());
    at("original").addEventListener("error", () => this.#noOriginal());
    this.#lens();
    this.#weigh();
  }

  /** Show a film of the list, or nothing. */
  async show(entry) {
    if (this.#shown === entry?.found && entry) return;
    this.#shown = entry?.found ?? null;
    this.#entry = entry;
    const images = this.#shown?.images;
    this.#forgetOriginal();
    this.zoom(0);
    at("plane").hidden = at("controls").hidden = !images;
    at("map-means").textContent = entry ? meaning(this.#shown) : "";
    at("occlude").hidden = !images || Boolean(images.map) || this.#shown.hidden;
    at("occlude").disabled = false;
    clearTimeout(this.#resting);
    if (!images) {
      // Whoever goes through the list must not send an archive for each film on the way.
      if (this.#shown && !this.#shown.reason) this.#resting = setTimeout(() => this.#fetch(entry), REST);
      return;
    }
    this.#offerOriginal(entry.file);
    const [film, map] = await Promise.all([loaded(images.film), images.map && loaded(images.map)]);
    if (this.#shown?.images !== images) return; // another was chosen meanwhile
    draw(at("film"), film);
    at("film").setAttribute("aria-label", `${entry.name}, as the model saw it`);
    at("map").hidden = at("overlay").disabled = !map;
    if (map) colour(at("map"), map);
  }

  #fetch(entry) {
    at("map-means").textContent = "Fetching the picture of this film.";
    entry.fetching ??= this.#replace(entry, this.pictured, "No picture").finally(() => { entry.fetching = null; });
  }

  /** Have a film without a map hidden place by place, which takes some seconds. */
  async occlude() {
    const entry = this.#entry, button = at("occlude");
    if (button.hidden || button.disabled) return;
    button.disabled = true;
    at("map-means").textContent = "Hiding the film part by part; this takes some seconds.";
    const found = await this.#replace(entry, this.occluded, "No attribution", { hidden: true });
    if (!found && this.#entry === entry) button.disabled = false;
  }

  /** Ask for the pictures of a film again, and show them; tells whether they came. */
  async #replace(entry, ask, otherwise, more = {}) {
    try {
      const { images, attribution_method } = await ask(entry);
      // One that was refused has no picture.
      if (!images) throw new Error("none was given");
      entry.found = { ...entry.found, images, attribution_method, ...more };
      if (this.#entry === entry) this.show(entry);
      return true;
    } catch (error) {
      if (this.#entry === entry) at("map-means").textContent = `${otherwise}: ${error.message}.`;
      return false;
    }
  }

  /** Make the attribution stronger or weaker, in percent. */
  strengthen(step) {
    const slider = at("overlay");
    slider.value = Math.min(100, Math.max(0, Number(slider.value) + step));
    this.#weigh();
  }

  /** Switch the attribution off, or on again. */
  toggleMap() {
    const slider = at("overlay");
    const before = Number(slider.value);
    slider.value = before ? 0 : (this.#before ?? 60);
    this.#before = before;
    this.#weigh();
  }

  #before = 60;
  #resting = 0;

  /** Show the film as it was given, or as the model saw it again. */
  toggleOriginal() {
    const button = at("toggle-original");
    if (button.disabled || at("controls").hidden) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    at("original").hidden = !on;
    at("film").hidden = on;
    at("map").hidden = on || !this.#shown?.images?.map;
  }

  /** Look closer (1), from farther away (-1), or at the whole film (0). */
  zoom(step) {
    const { scale } = this.#zoom;
    this.#zoom.scale = step ? Math.min(8, Math.max(1, scale * 1.3 ** step)) : 1;
    if (this.#zoom.scale === 1) this.#zoom.x = this.#zoom.y = 0;
    this.#place();
  }

  #weigh() {
    const value = at("overlay").value;
    at("overlay-value").textContent = `${value}%`;
    at("map").style.opacity = Number(value) / 100;
  }

  #place() {
    const { scale, x, y } = this.#zoom;
    at("plane").style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
    at("stage").classList.toggle("closer", scale > 1);
  }

  #lens() {
    const stage = at("stage");
    stage.addEventListener("wheel", (event) => {
      if (at("plane").hidden) return;
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1 : -1);
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      if (this.#zoom.scale > 1) stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", (event) => {
      if (!stage.hasPointerCapture(event.pointerId)) return;
      this.#zoom.x += event.movementX;
      this.#zoom.y += event.movementY;
      this.#place();
    });
  }

  #offerOriginal(file) {
    const button = at("toggle-original");
    button.disabled = !file;
    if (!file) return;
    this.#address = URL.createObjectURL(file);
    at("original").src = this.#address;
  }

  #noOriginal() {
    if (!this.#address) return;
    if (!at("original").hidden) this.toggleOriginal();
    at("toggle-original").disabled = true;
  }

  #forgetOriginal() {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = null;
    at("original").removeAttribute("src");
    at("original").hidden = true;
    at("film").hidden = false;
    at("toggle-original").setAttribute("aria-pressed", "false");
  }
}

function meaning(film) {
  if (!film) return "";
  if (!film.images) return "";
  const { attribution_method: method, images: { map } } = film;
  if (!map) return `No attribution: ${method.replace(/^none: /, "")}.`;
  return `As the model saw it. Bright places spoke for the decision (${method}); where, never why.`;
}

function loaded(source) {
  return new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => fail(new Error("a picture could not be shown"));
    image.src = source;
  });
}

function draw(canvas, image) {
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const context = canvas.getContext("2d", { willReadFrequently: canvas.id === "map" });
  context.drawImage(image, 0, 0);
  return context;
}

/** Turn grey strengths into colours; what is weak lets the film through. */
function colour(canvas, image) {
  const context = draw(canvas, image);
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  const { data } = pixels;
  for (let place = 0; place < data.length; place += 4) {
    const strength = data[place] / 255;
    const [red, green, blue] = inferno(strength);
    data[place] = red;
    data[place + 1] = green;
    data[place + 2] = blue;
    data[place + 3] = 255 * STRONGEST * Math.sqrt(strength);
  }
  context.putImageData(pixels, 0, 0);
}

function inferno(strength) {
  const place = strength * (COLOURS.length - 1);
  const low = Math.min(Math.floor(place), COLOURS.length - 2);
  return COLOURS[low].map((value, band) => value + (place - low) * (COLOURS[low + 1][band] - value));
}
