// The blocks of a message as Slack lays them out; what it does not know it names.

import { h } from "./dom.js";
import { emoji, mrkdwn, plain } from "./mrkdwn.js";

export function body(message) {
  if (message.blocks?.length) return message.blocks.map(block);
  return h("div", { class: "text" }, mrkdwn(message.text || ""));
}

function text(held) {
  return held.type === "plain_text" ? emoji(plain(held.text)) : mrkdwn(held.text);
}

const isText = (one) => one && typeof one.text === "string";

function block(one) {
  switch (one.type) {
    case "header":
      return h("h4", { class: "b-header" }, isText(one.text) && text(one.text));
    case "section":
      return h("div", { class: "b-section" },
        isText(one.text) && h("div", { class: "text" }, text(one.text)),
        one.fields?.length && h("div", { class: "b-fields" },
          one.fields.filter(isText).map((each) => h("div", { class: "text" }, text(each)))),
        one.accessory && element(one.accessory));
    case "context":
      return h("div", { class: "b-context" }, (one.elements || []).filter(isText).map((each) => h("span", null, text(each))));
    case "divider":
      return h("hr");
    case "actions":
      return h("div", { class: "row" }, (one.elements || []).map(element));
    default:
      return h("div", { class: "b-context" }, `(${one.type})`);
  }
}

function element(one) {
  const words = isText(one.text) ? text(one.text) : one.type;
  return h("button", { type: "button", disabled: true, class: one.style === "danger" ? "danger" : null }, words);
}
