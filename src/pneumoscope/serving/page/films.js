// The films of this page: added, sent a few at a time, and kept with what was found of each.

export const WAITING = "waiting", WORKING = "working", READ = "read", REFUSED = "refused";

/** The engine has no room now. */
export class Busy extends Error {
  constructor(seconds, message) {
    super(message);
    this.seconds = seconds;
  }
}

/** The engine cannot work at all now; what waits goes on waiting. */
export class Halt extends Error {
  constructor(message, needsToken = false) {
    super(message);
    this.needsToken = needsToken;
  }
}

const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** A list of films and the queue that works it off. */
export class Films {
  /**
   * @param engine predict(file) gives the films of a file: one, or those of an archive.
   * @param lanes how many files are at work at a time.
   * @param changed is called after every change.
   */
  constructor(engine, lanes, changed) {
    Object.assign(this, { engine, lanes, changed, entries: [], halted: null, busyUntil: 0 });
    this.running = 0;
    this.numbers = 0;
  }

  /** Add files; each waits for its turn. */
  add(files) {
    for (const { file, name } of files) {
      this.entries.push({ id: ++this.numbers, name, file, state: WAITING, found: null, reason: "" });
    }
    this.changed();
    this.run();
  }

  /** Go on after a halt, and try again what could not be sent. */
  again() {
    this.halted = null;
    for (const entry of this.entries) if (entry.retry) Object.assign(entry, { state: WAITING, retry: false });
    this.changed();
    this.run();
  }

  get counts() {
    const count = { waiting: 0, working: 0, read: 0, refused: 0 };
    for (const entry of this.entries) count[entry.state] += 1;
    return { ...count, all: this.entries.length };
  }

  /** Seconds until the engine is asked again; 0 where it is not waited for. */
  get busySeconds() {
    return Math.max(0, Math.ceil((this.busyUntil - Date.now()) / 1000));
  }

  run() {
    while (this.running < this.lanes && this.entries.some((entry) => entry.state === WAITING)) {
      if (this.halted) return;
      this.running += 1;
      this.#lane().finally(() => {
        this.running -= 1;
        this.changed();
      });
    }
  }

  async #lane() {
    for (;;) {
      const entry = this.entries.find((one) => one.state === WAITING);
      if (!entry || this.halted) return;
      Object.assign(entry, { state: WORKING, reason: "" });
      await this.#work(entry);
      this.changed();
    }
  }

  async #work(entry) {
    try {
      while (this.busySeconds) await pause(Math.min(1, this.busySeconds));
      this.#keep(entry, await this.engine.predict(entry.file, entry.name));
    } catch (error) {
      if (error instanceof Busy) {
        this.busyUntil = Math.max(this.busyUntil, Date.now() + 1000 * error.seconds);
        Object.assign(entry, { state: WAITING });
        this.changed();
        await pause(error.seconds);
      } else if (error instanceof Halt) {
        Object.assign(entry, { state: WAITING });
        this.halted = error;
      } else {
        Object.assign(entry, { state: REFUSED, reason: error.message, retry: true });
      }
    }
  }

  #keep(entry, found) {
    if (!found.length) throw new Error("nothing was found in it");
    const [first, ...others] = found.map((film, place) => ({
      name: film.path ?? entry.name,
      file: found.length === 1 ? entry.file : null,
      // Where it is asked for again: the archive, and its place in there.
      source: { file: entry.file, only: found.length === 1 ? null : place },
      state: film.reason ? REFUSED : READ,
      reason: film.reason,
      found: film,
    }));
    // What else an archive holds stands behind what it begins with.
    const more = others.map((one) => ({ id: ++this.numbers, ...one }));
    Object.assign(entry, first);
    this.entries.splice(this.entries.indexOf(entry) + 1, 0, ...more);
  }
}

/** Files of a drop, those of folders included, each with its path. */
export async function dropped(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return (await Promise.all(entries.filter(Boolean).map(walk))).flat();
}

async function walk(entry) {
  if (entry instanceof File) return [{ file: entry, name: entry.name }];
  const name = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    return new Promise((done) => entry.file(
      (file) => done([{ file, name }]),
      (error) => done([{ file: unreadable(entry.name, error), name }]),
    ));
  }
  const reader = entry.createReader(), found = [];
  for (;;) { // a hundred at a time
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (!part.length) return found.flat();
    found.push(...(await Promise.all(part.map(walk))));
  }
}

/** Stands for a file that the browser may not read, so that it has its place in the list. */
function unreadable(name, error) {
  return Object.assign(new File([], name), { unreadable: `the browser cannot read it: ${error.message}` });
}
