// The form that the app has opened for the person that one acts as: shown, filled in, sent, left.

import { block, text } from "./blocks.js";
import { h, patch } from "./dom.js";
import { all, me, people } from "./store.js";

const dialog = () => document.getElementById("view");
// What was found wrong, and whether it is on its way: of one view.
let about = { id: "", errors: {}, trouble: "", sending: false };

// The uppermost of the forms that are open for this person.
const top = () => all("view").filter((one) => one.user === me()).pop();

export function views() {
  const open = top();
  if (!open) {
    if (dialog().open) dialog().close();
    return;
  }
  if (about.id !== open.id) about = { id: open.id, errors: {}, trouble: "", sending: false };
  const fresh = dialog().querySelector("form")?.dataset.key !== open.id;
  patch(dialog(), form(open.id, open.view));
  if (!dialog().open) dialog().showModal();
  if (fresh) (dialog().querySelector("[data-first], .fields :is(input, textarea, select)") || dialog().querySelector("footer button"))?.focus();
}

export function said(id, outcome) {
  if (about.id !== id) return;
  about = { id, errors: outcome.errors || {}, trouble: outcome.error || "", sending: false };
  views();
  dialog().querySelector("[aria-invalid=true]")?.focus();
}

export function sending(id) {
  about = { id, errors: {}, trouble: "", sending: true };
  views();
}

function form(id, view) {
  return h("form", { class: "view", key: id, do: "view", with: { id }, novalidate: true, "aria-labelledby": "view-title" },
    h("header", null, h("h2", { id: "view-title" }, text(view.title)), h("span", { class: "app" }, "APP"),
      h("span", { class: "grow" }), h("button", { type: "button", class: "quiet", do: "leave-view", with: { id }, "aria-label": "Close the form", title: "Close (Esc)" }, "×")),
    h("div", { class: "fields" },
      about.trouble && h("p", { class: "notice", role: "alert" }, about.trouble),
      view.blocks.map((one) => (one.type === "input" ? field(one) : h("div", { key: one.block_id, class: "view-block" }, block(one, { view: id }))))),
    h("footer", { class: "row end" },
      h("button", { type: "button", do: "leave-view", with: { id } }, view.close ? text(view.close) : "Cancel"),
      view.submit && h("button", { type: "submit", class: "main", disabled: about.sending || view.submit_disabled }, about.sending ? "Sending…" : text(view.submit))));
}

function field(one) {
  const id = `v-${one.block_id}`;
  const wrong = about.errors[one.block_id];
  const told = [one.hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  const part = { id, key: id, "aria-describedby": told || null, "aria-invalid": wrong ? "true" : null, "aria-required": one.optional ? null : "true" };
  const label = [text(one.label), one.optional && h("span", { class: "dim" }, " (optional)")];
  const several = many(one.element);
  const shown = [
    several ? h("legend", { id: `${id}-label` }, label) : h("label", { for: id }, label),
    several ? several(one.element, part) : single(one.element, part),
    one.hint && h("p", { class: "hint", id: `${id}-hint` }, text(one.hint)),
    wrong && h("p", { class: "wrong", id: `${id}-wrong`, role: "alert" }, wrong),
  ];
  const given = { key: one.block_id, class: "view-field", "data-block": one.block_id, "data-action": one.element.action_id, "data-kind": one.element.type };
  return h(several ? "fieldset" : "div", several ? { ...given, "aria-describedby": told || null, "aria-invalid": wrong ? "true" : null, tabindex: "-1" } : given, shown);
}

// one value

const KINDS = { url_text_input: "url", email_text_input: "email", number_input: "text", datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function single(one, part) {
  const hint = one.placeholder ? text(one.placeholder) : null;
  const first = { "data-first": one.focus_on_load || null };
  if (one.type === "plain_text_input" && one.multiline) {
    return h("textarea", { ...part, ...first, rows: 4, maxlength: one.max_length, placeholder: hint }, one.initial_value);
  }
  if (one.type === "static_select" || one.type === "users_select") {
    const chosen = one.initial_option?.value ?? one.initial_user;
    return h("select", { ...part, ...first }, h("option", { value: "" }, hint || "—"), choices(one, chosen));
  }
  const value = one.initial_value ?? one.initial_date ?? one.initial_time ?? moment(one.initial_date_time);
  return h("input", { ...part, ...first, type: KINDS[one.type] || "text", inputmode: one.type === "number_input" ? "decimal" : null, value, maxlength: one.max_length, placeholder: hint, autocomplete: "off" });
}

function choices(one, chosen) {
  const option = ({ value, words, means }) => h("option", { value, key: value, selected: value === chosen }, means ? `${words} – ${means}` : words);
  if (!one.option_groups) return offered(one).map(option);
  return one.option_groups.map((group) => h("optgroup", { label: text(group.label) }, group.options.map(named).map(option)));
}

// Seconds since 1970 as the browser's own field has them: here, to the minute.
function moment(seconds) {
  if (!seconds) return null;
  const at = new Date(seconds * 1000);
  return new Date(at - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

// several values, or one of a few that are all in sight

const SEVERAL = { checkboxes: "checkbox", radio_buttons: "radio", multi_static_select: "checkbox", multi_users_select: "checkbox" };

function many(element) {
  return SEVERAL[element.type] && ticks;
}

function ticks(one, part) {
  const type = SEVERAL[one.type];
  const chosen = new Set([one.initial_option?.value, ...(one.initial_options || []).map((each) => each.value), ...(one.initial_users || [])]);
  const all = offered(one);
  return h("div", { class: `ticks${all.length > 6 ? " scroll" : ""}`, role: type === "radio" ? "radiogroup" : null, "aria-labelledby": `${part.id}-label` },
    all.map(({ value, words, means }) => h("label", { key: value, class: "tick" },
      h("input", { type, name: part.id, value, checked: chosen.has(value) }),
      h("span", null, h("bdi", null, words), means && h("span", { class: "dim" }, ` ${means}`)))));
}

const named = (option) => ({ value: option.value, words: text(option.text), means: option.description && text(option.description) });

function offered(one) {
  if (/users_select$/.test(one.type)) {
    return Object.entries(people().users).filter(([, who]) => !who.bot && who.email).map(([value, who]) => ({ value, words: who.name }));
  }
  return (one.options || (one.option_groups || []).flatMap((group) => group.options)).map(named);
}

// what was filled in

export function values(shown) {
  const found = {};
  for (const one of shown.querySelectorAll("[data-block]")) {
    const { block: id, action, kind } = one.dataset;
    (found[id] ||= {})[action] = value(one, kind);
  }
  return found;
}

function value(one, kind) {
  if (SEVERAL[kind]) {
    const ticked = [...one.querySelectorAll("input:checked")].map((each) => each.value);
    return kind === "radio_buttons" ? ticked[0] || "" : ticked;
  }
  const given = one.querySelector("input, textarea, select").value;
  return kind === "datetimepicker" && given ? String(Math.floor(new Date(given) / 1000)) : given;
}

// Escape leaves the form as its own button does.
export function watchView(leave) {
  dialog().addEventListener("cancel", (event) => {
    event.preventDefault();
    leave({ id: about.id });
  });
}
