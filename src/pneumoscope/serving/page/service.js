// The engine that asks the service. Names of files stay here: a film is sent as its bytes alone.

import { Busy, Halt } from "./films.js";

const AWAY = "The service does not answer. What waits goes on waiting.";
const TRIES = [1, 2, 4]; // seconds before the next
const TOO_LARGE = 413;

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** Speaks to the service that this page came from. */
export class Service {
  lanes = 3;
  #token = "";
  #limits = {};

  where = "Films are sent to the service that this page came from, without their names, and to nobody else.";
  formats = "JPEG, PNG, DICOM, TIFF and what else the ingestion reads; zip archives of them";

  set token(value) {
    this.#token = value;
  }

  /** What is known of the model. */
  async describe() {
    const known = await this.#ask("v1/models", {});
    this.#limits = known.limits ?? {};
    return known.models[0];
  }

  /** Predict a film, or those of an archive. */
  async predict(file, name) {
    if (file.unreadable) throw new Error(file.unreadable);
    const most = this.#limits.max_megabytes;
    if (most && file.size > 1e6 * most) {
      throw new Error(`too large a file: ${Math.round(file.size / 1e6)} MB, and the service takes ${most}`);
    }
    const found = await this.#films(file);
    return found.map((film) => ({ ...film, path: named(film.path, name) }));
  }

  /** A film, or one of an archive, with a map made by hiding it place by place. */
  occluded(file, _, only = null) {
    return this.#one(file, "occlusion=true", only);
  }

  /** A film of an archive that holds more than pictures are given of at once, with its own. */
  pictured(file, only) {
    return this.#one(file, "images=true", only);
  }

  async #one(file, asked, only) {
    const which = only === null ? "" : `&only=${only}`;
    return (await this.#send(file, asked + which)).films[0];
  }

  async #films(file) {
    try {
      return (await this.#send(file, "images=true")).films;
    } catch (error) {
      // An archive may hold more films than pictures are given of.
      if (error.status !== TOO_LARGE) throw error;
      return (await this.#send(file, "images=false")).films;
    }
  }

  #send(file, asked) {
    const headers = { "Content-Type": "application/octet-stream" };
    return this.#ask(`v1/predict?${asked}`, { method: "POST", body: file, headers });
  }

  async #ask(path, options) {
    const answer = await this.#reach(path, options);
    if (answer.ok) return answer.json();
    const { error } = await answer.json().catch(() => ({}));
    const why = error ? `expected ${error.expected}, received ${error.received}. ${error.remedy}` : "";
    if (answer.status === 429) throw new Busy(Number(answer.headers.get("Retry-After")) || 5, why);
    if (answer.status === 401) throw new Halt(this.#token ? "The service does not know this token." : "", true);
    if (answer.status === 503) throw new Halt(`The service gives nothing out now: ${why}`);
    throw Object.assign(new Error(why || `the service answered ${answer.status}`), { status: answer.status });
  }

  async #reach(path, options) {
    const headers = { ...options.headers, ...(this.#token ? { Authorization: `Bearer ${this.#token}` } : {}) };
    for (const seconds of [...TRIES, null]) {
      try {
        return await fetch(path, { ...options, headers, cache: "no-store" });
      } catch {
        // A file that was moved or changed since it was chosen fails alike: it is told from the network's fault.
        if (options.body) await readable(options.body);
        if (seconds === null) throw new Halt(AWAY);
        await pause(seconds);
      }
    }
    throw new Halt(AWAY);
  }
}

async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Error("the file is no longer there, or was changed since it was chosen");
  }
}

/** The service calls what has no name "film"; within an archive "film/path". */
function named(path, name) {
  return /^film(?=\/|$)/.test(path) ? path.replace(/^film/, () => name) : path;
}
