// Keys: all of them are listed in the help.

import { at } from "./dom.js";

const FIELDS = "input, textarea, select";

/** Let keys do what buttons do. */
export function keyboard(actions) {
  const letters = {
    m: () => actions.viewer.toggleMap(),
    h: () => actions.viewer.occlude(),
    o: () => actions.viewer.toggleOriginal(),
    a: actions.add,
    t: actions.theme,
    "?": actions.help,
    "+": () => actions.viewer.zoom(1),
    "=": () => actions.viewer.zoom(1),
    "-": () => actions.viewer.zoom(-1),
    0: () => actions.viewer.zoom(0),
  };
  const named = {
    ArrowDown: () => actions.step(1),
    ArrowUp: () => actions.step(-1),
    Home: () => actions.step(-Infinity),
    End: () => actions.step(Infinity),
    ArrowRight: () => actions.viewer.strengthen(5),
    ArrowLeft: () => actions.viewer.strengthen(-5),
    Escape: actions.back,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const { target, key } = event;
    if (key === "Enter" && target.closest(".item")) {
      target.click();
      event.preventDefault();
      actions.open();
      return;
    }
    // A field keeps its own keys; what scrolls keeps the arrows.
    if (key !== "Escape" && (target.matches(FIELDS) || (target.closest(".scroll") && named[key]))) return;
    const act = named[key] ?? (at("single-keys").checked ? letters[key] : undefined);
    if (!act) return;
    event.preventDefault();
    act();
  });
}
