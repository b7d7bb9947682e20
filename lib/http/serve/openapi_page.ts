/**
 * A page on which a server's routes can be read and tried.
 *
 * @module
 */

/**
 * The page: it reads `openapi.json` beside it, and asks nobody else. Texts of
 * the document become text nodes, never markup.
 */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Routes</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; --line: #8884; --get: #2a7fd4; --post: #2e9d57; --put: #b37400; --delete: #d0433b; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; }
h1 small { font-size: 1rem; font-weight: 400; opacity: .7; margin-left: .5rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
code, textarea, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
details { border: 1px solid var(--line); border-radius: .4rem; margin: .5rem 0; overflow: hidden; }
summary { padding: .45rem .8rem; cursor: pointer; display: flex; gap: .8rem; align-items: baseline; flex-wrap: wrap; }
summary:hover, details[open] > summary { background: #8882; }
summary b { min-width: 4.2rem; padding: .1rem 0; text-align: center; font-size: .8rem; color: #fff; border-radius: .25rem; background: #777; }
summary code { font-weight: 600; }
summary span { opacity: .7; }
.get { background: var(--get); } .post { background: var(--post); } .put, .patch { background: var(--put); } .delete { background: var(--delete); }
form { padding: .8rem; display: grid; gap: .6rem; }
form p { margin: 0; }
label { display: grid; grid-template-columns: 12rem 1fr; gap: .1rem .8rem; align-items: center; }
label.tall { align-items: start; }
label em { font-style: normal; opacity: .6; font-size: .85rem; }
label small { grid-column: 2; opacity: .7; }
input, select, textarea, button { font: inherit; color: FieldText; background: Field; border: 1px solid var(--line); border-radius: .3rem; padding: .25rem .5rem; min-width: 0; }
textarea { min-height: 2rem; font-family: ui-monospace, monospace; font-size: .9rem; resize: vertical; }
button { justify-self: start; padding: .3rem 1.2rem; cursor: pointer; background: var(--get); border-color: var(--get); color: #fff; }
table { border-collapse: collapse; font-size: .9rem; justify-self: start; }
td { padding: .1rem .8rem .1rem 0; vertical-align: top; }
pre { margin: 0; padding: .6rem; overflow: auto; max-height: 30rem; background: #8882; border-radius: .3rem; border-left: .25rem solid var(--line); }
pre.good { border-color: var(--post); } pre.bad { border-color: var(--delete); }
@media (max-width: 36rem) { label { grid-template-columns: 1fr; } label small { grid-column: 1; } }
</style>
<h1></h1>
<p id="about"></p>
<main></main>
<script>
const el = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== undefined));
  return node;
};
const example = (schema) => {
  if (!schema) return null;
  if (schema.examples) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf) return example(schema.anyOf[0]);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === "object") {
    return Object.fromEntries(Object.entries(schema.properties ?? {})
      .filter(([name]) => (schema.required ?? []).includes(name))
      .map(([name, member]) => [name, example(member)]));
  }
  const texts = { ipv4: "192.0.2.1", ip: "192.0.2.1", ipv6: "2001:db8::1", cidr: "192.0.2.0/24", mac: "00:00:5e:00:53:01", hostname: "example.org", "date-time": "2025-01-01T00:00:00Z", date: "2025-01-01", email: "a@example.org", uri: "https://example.org/", uuid: "00000000-0000-4000-8000-000000000000" };
  return { array: [], integer: schema.minimum ?? 0, number: schema.minimum ?? 0, boolean: false, null: null, string: texts[schema.format] ?? "" }[type] ?? null;
};
// What a value must be like, in few words.
const words = (schema) => {
  const { minimum: least = "", maximum: most = "" } = schema;
  return [
    schema.enum ? schema.enum.join(" | ") : [schema.type].flat().join(" or "),
    schema.format,
    least !== "" || most !== "" ? least + ".." + most : "",
    schema.pattern,
    schema.default === undefined ? "" : "default " + JSON.stringify(schema.default),
  ].filter(Boolean).join(", ");
};
const members = ({ properties, required = [] }) => properties && el("table", {}, ...Object.entries(properties).map(([name, member]) =>
  el("tr", {}, el("td", {}, el("code", { textContent: name }), required.includes(name) ? " *" : ""), el("td", { textContent: words(member) }), el("td", { textContent: member.description ?? "" }))));
const field = (name, input, { place, note, tall } = {}) => el("label", { className: tall ? "tall" : "" },
  el("span", {}, name + " ", el("em", { textContent: place ?? "" })), input, note ? el("small", { textContent: note }) : undefined);
const operation = (method, path, op) => {
  const form = el("form", {});
  if (op.description) form.append(el("p", { textContent: op.description }));
  const inputs = (op.parameters ?? []).map((parameter) => {
    const { name, in: place, required, schema, description } = parameter;
    const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : undefined);
    const input = choices
      ? el("select", { required }, el("option", { value: "" }), ...choices.map((choice) => el("option", { textContent: choice })))
      : el("input", { required, placeholder: words(schema), autocomplete: "off" });
    form.append(field(name + (required ? " *" : ""), input, { place, note: description }));
    return [parameter, input];
  });
  const schema = op.requestBody?.content["application/json"].schema;
  const start = JSON.stringify(example(schema), null, 2);
  const body = schema && el("textarea", { value: start, spellcheck: false, rows: start.split("\\n").length });
  if (body) {
    const about = members(schema);
    form.append(field("body", body, { place: "JSON", note: schema.description, tall: true }));
    if (about) form.append(about);
  }
  const fields = el("textarea", { rows: 1, spellcheck: false, placeholder: method === "get" ? 'If-None-Match: "…"' : 'If-Match: "…"' });
  form.append(field("header fields", fields, { place: "one a line", tall: true }));
  const output = el("pre", { hidden: true });
  form.append(el("button", { textContent: "Send" }), output);
  form.append(el("table", {}, ...Object.entries(op.responses).map(([status, { description }]) =>
    el("tr", {}, el("td", {}, el("code", { textContent: status })), el("td", { textContent: description })))));
  form.onsubmit = async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const [{ name, in: place }, input] of inputs) {
      // A function, as dollars in a text would stand for something else.
      if (place === "path") url = url.replace("{" + name + "}", () => name === "path" ? encodeURI(input.value) : encodeURIComponent(input.value));
      else if (input.value !== "") query.append(name, input.value);
    }
    const started = performance.now();
    output.hidden = false;
    output.className = "";
    output.textContent = "…";
    try {
      const headers = new Headers(body ? { "content-type": "application/json" } : {});
      for (const line of fields.value.split("\\n").filter((line) => line.trim() !== "")) {
        const colon = line.indexOf(":");
        headers.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim());
      }
      // What is asked here is asked of the server, and not of the browser's cache.
      const response = await fetch(url + (query.size ? "?" + query : ""), { method: method.toUpperCase(), headers, body: body?.value, cache: "no-store" });
      let text = await response.text();
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* as it is */ }
      const lines = [...response.headers].map(([name, value]) => name + ": " + value).join("\\n");
      output.className = response.status < 400 ? "good" : "bad";
      output.textContent = response.status + " " + response.statusText + "  " + (performance.now() - started).toFixed(1) + " ms\\n" + lines + "\\n\\n" + text;
    } catch (error) {
      output.className = "bad";
      output.textContent = String(error);
    }
  };
  return el("details", {},
    el("summary", {}, el("b", { textContent: method.toUpperCase(), className: method }), el("code", { textContent: path }), el("span", { textContent: op.summary ?? "" })),
    form);
};
const show = async () => {
  const { info, paths } = await (await fetch("openapi.json")).json();
  document.title = info.title;
  document.querySelector("h1").append(info.title, el("small", { textContent: info.version }));
  document.querySelector("#about").textContent = info.description ?? "";
  const groups = new Map();
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, op] of Object.entries(operations)) {
      const tag = op.tags?.[0] ?? "";
      if (!groups.has(tag)) groups.set(tag, el("section", {}, ...(tag ? [el("h2", { textContent: tag })] : [])));
      groups.get(tag).append(operation(method, path, op));
    }
  }
  document.querySelector("main").append(...groups.values());
};
show().catch((error) => document.querySelector("main").textContent = String(error));
</script>
</html>
`;
