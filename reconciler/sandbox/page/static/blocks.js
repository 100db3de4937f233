// The blocks of a message as Slack lays them out; what it does not know it names.

import { h, link } from "./dom.js";
import { emoji, mrkdwn, plain } from "./mrkdwn.js";

// `place` is where it stands, {channel, ts} or {view}: where there is none, nothing can be pressed.
export function body(message, place) {
  if (message.blocks?.length) return message.blocks.map((one) => block(one, place));
  return h("div", { class: "text" }, mrkdwn(message.text || ""));
}

export function text(held) {
  return held.type === "plain_text" ? emoji(plain(held.text)) : mrkdwn(held.text);
}

const isText = (one) => one && typeof one.text === "string";

export function block(one, place) {
  switch (one.type) {
    case "header":
      return h("h4", { class: "b-header" }, isText(one.text) && text(one.text));
    case "section":
      return h("div", { class: "b-section" },
        isText(one.text) && h("div", { class: "text" }, text(one.text)),
        one.fields?.length && h("div", { class: "b-fields" },
          one.fields.filter(isText).map((each) => h("div", { class: "text" }, text(each)))),
        one.accessory && element(one.accessory, one, place));
    case "context":
      return h("div", { class: "b-context" }, (one.elements || []).filter(isText).map((each) => h("span", null, text(each))));
    case "divider":
      return h("hr");
    case "actions":
      return h("div", { class: "row wrap" }, (one.elements || []).map((each) => element(each, one, place)));
    default:
      return h("div", { class: "b-context" }, `(${one.type})`);
  }
}

function element(one, within, place) {
  const words = isText(one.text) ? text(one.text) : one.type;
  if (one.type === "button" && one.url) return link(one.url, words, { class: "button" });
  const style = { primary: "main", danger: "danger" }[one.style];
  const given = { block_id: within.block_id, action_id: one.action_id, ...(place?.view ? { view_id: place.view } : place) };
  return h("button", { type: "button", key: one.action_id, disabled: one.type !== "button" || !place, class: style, do: "press", with: { given, confirm: one.confirm && sure(one.confirm) } }, words);
}

// The question before something is done, in plain words.
function sure({ title, text: words, confirm, deny }) {
  return { title: plain(title.text), text: plain(words.text), confirm: plain(confirm.text), deny: plain(deny.text) };
}
