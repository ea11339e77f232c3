import { type JsonObject, jsonObjectSchema } from "../json/json-object.ts";
import type { describeApi } from "./describe-api.ts";
import { STYLE } from "./page-style.ts";

type Api = ReturnType<typeof describeApi>;

/** Anonymous schemas are rendered to this depth; openapi.json has the rest. */
const MAX_DEPTH = 4;

const REQUIRED = ' <abbr title="required">*</abbr>';

/** The API's description as a page without scripts and external resources. */
export function renderPage(api: Api): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: toObject(operation),
    })),
  );
  const schemas = Object.entries(api.components.schemas);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(api.info.title)} ${escapeHtml(api.info.version)}</title>
<style>${STYLE}</style>
</head>
<body>
<nav aria-label="Contents">
<strong>${escapeHtml(api.info.title)}</strong>
${api.tags
  .map(
    ({ name }) =>
      `<h2>${escapeHtml(name)}</h2><ul>${operations
        .filter(({ operation }) => tagOf(operation) === name)
        .map(
          ({ path, method }) =>
            `<li><a href="#${anchorOf(method, path)}"><small>${method.toUpperCase()}</small> ${escapeHtml(path)}</a></li>`,
        )
        .join("")}</ul>`,
  )
  .join("\n")}
<h2>Schemas</h2>
<ul>${schemas.map(([name]) => `<li><a href="#${name}">${name}</a></li>`).join("")}</ul>
</nav>
<main>
<h1>${escapeHtml(api.info.title)} <small>${escapeHtml(api.info.version)}</small></h1>
<p>${escapeHtml(api.info.summary)} The machine-readable form of this page is <a href="openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${operations.map(({ path, method, operation }) => renderOperation(method, path, operation)).join("\n")}
<h2 class="chapter">Schemas</h2>
${schemas.map(([name, schema]) => `<section class="schema" id="${name}"><h3>${name}</h3>${renderSchema(toObject(schema), 0)}</section>`).join("\n")}
</main>
</body>
</html>
`;
}

function renderOperation(method: string, path: string, operation: JsonObject): string {
  const request = toObject(toObject(operation.requestBody).content);
  const responses = Object.entries(toObject(operation.responses));
  return `<section class="operation" id="${anchorOf(method, path)}">
<h2><span class="method">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code></h2>
<p><strong>${renderText(operation.summary)}.</strong> ${renderText(operation.description)}</p>
${renderParameters(operation.parameters)}
${Object.keys(request).length === 0 ? "" : `<h3>Request</h3>${renderContent(request)}`}
<h3>Responses</h3>
<dl>${responses.map(([status, response]) => `<dt>${status}</dt><dd>${renderText(toObject(response).description)}${status.startsWith("2") ? renderContent(toObject(toObject(response).content)) : ""}</dd>`).join("")}</dl>
</section>`;
}

function renderParameters(parameters: unknown): string {
  const list = Array.isArray(parameters) ? parameters.map(toObject) : [];
  if (list.length === 0) return "";
  const rows = list.map(({ name, in: place, required, description, schema }) => {
    const mark = required === true ? REQUIRED : "";
    return `<tr><th scope="row"><code>${escapeHtml(String(name))}</code>${mark}</th><td>${escapeHtml(String(place))}</td><td>${renderType(toObject(schema))}</td><td>${renderText(description)}</td></tr>`;
  });
  return `<h3>Parameters</h3><table><thead><tr><th>Name</th><th>In</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function renderContent(content: JsonObject): string {
  return Object.entries(content)
    .map(([type, media]) => {
      const { schema, example } = toObject(media);
      const shown = toObject(schema).contentSchema ?? schema;
      const sample =
        example === undefined ? "" : `<pre>${escapeHtml(JSON.stringify(example, null, 2))}</pre>`;
      return `<p><code>${escapeHtml(type)}</code> ${renderType(toObject(shown))}</p>${renderNested(toObject(shown), 0)}${sample}`;
    })
    .join("");
}

/** A schema as a table of its fields, or only its type if it has none. */
function renderSchema(schema: JsonObject, depth: number): string {
  const properties = Object.entries(toObject(schema.properties));
  const choices = findChoices(schema);
  if (properties.length === 0 && choices.length > 0) {
    return `<p>One of:</p><ul>${choices.map((choice) => `<li>${renderType(choice)}${renderNested(choice, depth)}</li>`).join("")}</ul>`;
  }
  if (properties.length === 0) return `<p>${renderType(schema)}</p>`;
  const required = Array.isArray(schema.required) ? schema.required : [];
  const rows = properties.map(([name, value]) => {
    const field = toObject(value);
    const mark = required.includes(name) ? REQUIRED : "";
    return `<tr><th scope="row"><code>${escapeHtml(name)}</code>${mark}</th><td>${renderType(field)}</td><td>${renderText(field.description)}${renderNested(field, depth)}</td></tr>`;
  });
  return `<table><thead><tr><th>Field</th><th>Type</th><th>Meaning</th></tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

/** The collapsed fields of an anonymous object. */
function renderNested(schema: JsonObject, depth: number): string {
  const inner = Array.isArray(schema.items) ? {} : { ...schema, ...toObject(schema.items) };
  if (
    depth >= MAX_DEPTH ||
    typeof inner.$ref === "string" ||
    Object.keys(toObject(inner.properties)).length === 0
  )
    return "";
  return `<details><summary>fields</summary>${renderSchema(toObject(inner), depth + 1)}</details>`;
}

function findChoices(schema: JsonObject): JsonObject[] {
  const choices = schema.oneOf ?? schema.anyOf;
  return Array.isArray(choices) ? choices.map(toObject) : [];
}

/** A schema's type in a few words, with links to named schemas. */
function renderType(schema: JsonObject): string {
  if (typeof schema.$ref === "string") {
    const name = escapeHtml(schema.$ref.split("/").at(-1) ?? "");
    return `<a href="#${name}">${name}</a>`;
  }
  const choices = findChoices(schema);
  if (choices.length > 0) return [...new Set(choices.map(renderType))].join(" or ");
  if ("const" in schema) return `<code>${escapeHtml(JSON.stringify(schema.const))}</code>`;
  if (Array.isArray(schema.enum))
    return schema.enum
      .map((value) => `<code>${escapeHtml(JSON.stringify(value))}</code>`)
      .join(" ");
  if (schema.type === "array") return `list of ${renderType(toObject(schema.items))}`;
  if (typeof schema.type !== "string") return "anything";
  const limits = [
    typeof schema.minimum === "number" &&
    Number.isSafeInteger(schema.minimum) &&
    schema.minimum > Number.MIN_SAFE_INTEGER
      ? `≥ ${schema.minimum}`
      : "",
    typeof schema.maximum === "number" && schema.maximum < Number.MAX_SAFE_INTEGER
      ? `≤ ${schema.maximum}`
      : "",
    typeof schema.maxLength === "number" ? `up to ${schema.maxLength} characters` : "",
  ].filter((text) => text !== "");
  return escapeHtml([schema.type, ...limits].join(", "));
}

/** A description: paragraphs are separated by blank lines, code is between backticks. */
function renderText(text: unknown): string {
  if (typeof text !== "string") return "";
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replaceAll("\n\n", "<br>");
}

function anchorOf(method: string, path: string): string {
  return `${method}${path.replace(/\W+/g, "-")}`;
}

function tagOf(operation: JsonObject): unknown {
  return Array.isArray(operation.tags) ? operation.tags[0] : undefined;
}

function toObject(value: unknown): JsonObject {
  return jsonObjectSchema.safeParse(value).data ?? {};
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
