// The engine in the browser itself: the exported model on onnxruntime-web, in a thread of its own. Nothing is sent.

import { Halt } from "./films.js";

/** Speaks to worker.js. */
export class Browser {
  lanes = 1;
  runtime = "onnxruntime-web, in this browser";
  where = "Nothing leaves this device: the model runs in this page.";
  formats = "JPEG, and PNG of 8 bits a sample";

  #worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  #waiting = new Map();
  #number = 0;

  constructor() {
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = (event) => this.#fail(event.message || "its parts cannot be loaded");
  }

  /** What is known of the model. */
  async describe() {
    try {
      return await this.#ask({});
    } catch (error) {
      throw new Halt(`The model cannot be loaded: ${error.message}`);
    }
  }

  /** Predict a film. */
  predict(file, name) {
    return this.#film(file, name, false);
  }

  /** The same with a map made by hiding the film place by place. */
  async occluded(file, name) {
    return (await this.#film(file, name, true))[0];
  }

  async #film(file, name, occluded) {
    if (file.unreadable) throw new Error(file.unreadable);
    const bytes = await file.arrayBuffer().catch(() => {
      throw new Error("the file is no longer there, or was changed since it was chosen");
    });
    const { film, picture, map } = await this.#ask({ bytes, name, occluded }, [bytes]);
    if (!picture) return [film];
    const images = { film: address(picture), map: map && address(map) };
    return [{ ...film, images }];
  }

  #ask(question, moved = []) {
    const number = ++this.#number;
    return new Promise((done, fail) => {
      this.#waiting.set(number, { done, fail });
      this.#worker.postMessage({ number, ...question }, moved);
    });
  }

  #take({ number, error, found }) {
    const { done, fail } = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (error) fail(new Error(error));
    else done(found);
  }

  #fail(why) {
    for (const { fail } of this.#waiting.values()) fail(new Error(why));
    this.#waiting.clear();
  }
}

const address = (blob) => URL.createObjectURL(blob);
