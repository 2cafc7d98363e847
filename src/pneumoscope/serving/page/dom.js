// Elements made of text alone: nothing that comes from a file or a server is ever read as HTML.

/** Make an element; properties are set, children are elements or text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** The element of an id. */
export const at = (id) => document.getElementById(id);

/** Write a text, and hide the element where there is none. */
export function write(id, text) {
  const element = at(id);
  if (element.textContent !== text) element.textContent = text;
  element.hidden = text === "";
}
