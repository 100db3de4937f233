// Elements from values. Text becomes text nodes and nothing else, so whatever anybody wrote stays inert.

export function h(name, given, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "with") element.dataset.with = JSON.stringify(value);
    else if (key === "key") element.dataset.key = value;
    else if (key === "do") element.dataset.do = value;
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...flat(inside));
  return element;
}

export function flat(inside) {
  return inside.flat(Infinity).filter((one) => one !== null && one !== undefined && one !== false && one !== "");
}

const PATHS = {
  pin: "M10.5 1.5 14.5 5.5 11.5 8l-.5 4-3-3-5 5 4-6-3-3 4-.5z",
  bookmark: "M4 2h8v12l-4-3-4 3z",
  lock: "M4 7h8v7H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
};

// A small drawing; for those who do not see it, the words beside it say the same.
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" })) drawing.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  drawing.append(path);
  return drawing;
}

// An address that may be followed; anything else is words.
export function link(address, words, more) {
  if (!/^https?:\/\//i.test(address)) return h("span", more, words);
  return h("a", { href: address, target: "_blank", rel: "noreferrer noopener", ...more }, words);
}

export function button(words, act, given, more) {
  return h("button", { type: "button", do: act, with: given || {}, ...more }, words);
}

// The end of a list that is not shown whole.
export function rest(name, more, most) {
  return more ? h("li", { key: "more", class: "rest" }, button(`Show ${more} more`, "more", { name, most }, { class: "quiet" })) : "";
}

// Make what is inside `parent` look like `nodes`, and leave alone what does so already: focus, what is being
// typed, what is unfolded and how far it is scrolled stay.
export function patch(parent, ...nodes) {
  const wanted = flat(nodes).map((one) => (one instanceof Node ? one : document.createTextNode(String(one))));
  const keyed = new Map();
  for (const child of parent.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let here = parent.firstChild;
  for (const node of wanted) {
    const key = node.dataset?.key;
    const match = key ? keyed.get(key) : alike(here, node) ? here : null;
    if (match && alike(match, node)) {
      if (match !== here) parent.insertBefore(match, here);
      else here = here.nextSibling;
      morph(match, node);
    } else {
      parent.insertBefore(node, here);
    }
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}

function alike(one, other) {
  return Boolean(one) && one.nodeName === other.nodeName && one.dataset?.key === other.dataset?.key;
}

function morph(old, wanted) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.nodeValue !== wanted.nodeValue) old.nodeValue = wanted.nodeValue;
    return;
  }
  if (old.dataset.keep !== undefined && old.dataset.keep === wanted.dataset.keep) return;
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name === "open" && old.nodeName === "DETAILS") continue;
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  patch(old, ...wanted.childNodes);
}
