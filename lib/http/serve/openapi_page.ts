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
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin-bottom: 0; }
details { border: 1px solid #8886; border-radius: .4rem; margin: .6rem 0; }
summary { padding: .5rem .8rem; cursor: pointer; }
summary b { display: inline-block; min-width: 4.5rem; }
summary code { font-weight: 600; }
summary span { opacity: .7; margin-left: 1rem; }
form { padding: 0 .8rem .8rem; display: grid; gap: .5rem; }
label { display: grid; grid-template-columns: 10rem 1fr; gap: .5rem; }
input, textarea { font: inherit; padding: .2rem .4rem; }
textarea { min-height: 7rem; font-family: ui-monospace, monospace; }
button { justify-self: start; padding: .3rem 1rem; font: inherit; }
pre { margin: 0; padding: .6rem; overflow: auto; background: #8882; border-radius: .3rem; }
.get { color: #2a7fd4; } .post { color: #2e9d57; } .put, .patch { color: #c58a10; } .delete { color: #d0433b; }
</style>
<h1></h1>
<p id="about"></p>
<main></main>
<script>
const el = (tag, props, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
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
const operation = (method, path, op) => {
  const form = el("form", {});
  if (op.description) form.append(el("p", { textContent: op.description }));
  const inputs = (op.parameters ?? []).map((parameter) => {
    const input = el("input", { required: parameter.required, placeholder: [parameter.schema.type, parameter.schema.format].filter(Boolean).join(" ") });
    form.append(el("label", {}, parameter.name + " (" + parameter.in + ")", input));
    return [parameter, input];
  });
  const schema = op.requestBody?.content["application/json"].schema;
  const body = schema && el("textarea", { value: JSON.stringify(example(schema), null, 2), spellcheck: false });
  if (body) form.append(body);
  const output = el("pre", { hidden: true });
  form.append(el("button", { textContent: "Send" }), output);
  form.onsubmit = async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const [{ name, in: place }, input] of inputs) {
      if (place === "path") url = url.replace("{" + name + "}", name === "path" ? encodeURI(input.value) : encodeURIComponent(input.value));
      else if (input.value !== "") query.append(name, input.value);
    }
    const started = performance.now();
    output.hidden = false;
    try {
      const response = await fetch(url + (query.size ? "?" + query : ""), { method: method.toUpperCase(), ...(body && { body: body.value, headers: { "content-type": "application/json" } }) });
      let text = await response.text();
      try { text = JSON.stringify(JSON.parse(text), null, 2); } catch { /* as it is */ }
      const fields = [...response.headers].map(([name, value]) => name + ": " + value).join("\\n");
      output.textContent = response.status + " " + response.statusText + "  " + (performance.now() - started).toFixed(1) + " ms\\n" + fields + "\\n\\n" + text;
    } catch (error) {
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
  document.querySelector("h1").textContent = info.title + " " + info.version;
  document.querySelector("#about").textContent = info.description ?? "";
  const main = document.querySelector("main");
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, op] of Object.entries(operations)) main.append(operation(method, path, op));
  }
};
show().catch((error) => document.querySelector("main").textContent = String(error));
</script>
</html>
`;
