// What a person does: asked of the server as that person; what the service does not allow is told.

import { h } from "./dom.js";
import { refresh, state } from "./store.js";

export async function act(what, given) {
  return post("/page/act", { do: what, with: given });
}

export async function post(path, body) {
  return Boolean(await ask(path, body));
}

// The same, and what came of it; null where it did not happen.
export async function ask(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ as: state.person, ...body }),
    });
    const said = await answer.json();
    if (!answer.ok) { toast(said.error); return null; }
    await refresh();
    return said;
  } catch {
    toast("The sandbox does not answer.");
    return null;
  }
}

export function toast(words) {
  const one = h("p", { class: "toast" }, words);
  document.getElementById("toasts").append(one);
  setTimeout(() => one.remove(), 7000);
}
