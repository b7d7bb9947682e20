import assert from "node:assert/strict";
import * as net from "../../../mod.ts";
import docs from "../../../repl/docs.json" with { type: "json" };
import { type DocIndex, Help } from "../../../repl/help.ts";

const index = docs as unknown as DocIndex;
const help = new Help(index, []);

/** Every name that `net` has, and what it stands for. */
function* namesIn(path: string, holder: object): Generator<[string, unknown]> {
  for (const [name, value] of Object.entries(holder)) {
    yield [`${path}.${name}`, value];
    if (Object.prototype.toString.call(value) === "[object Module]") {
      yield* namesIn(`${path}.${name}`, value);
    }
  }
}

Deno.test("every name of net has a page, also one that is exported from elsewhere", () => {
  const names = [...namesIn("net", net)];
  assert.ok(names.some(([name]) => name === "net.tcp.listen"));
  assert.ok(names.some(([name]) => name === "net.firewall.patterns.dmz"));
  for (const [path, value] of names) {
    const entry = index[path];
    assert.ok(entry && entry.doc !== "", path);
    if (entry.kind !== "function") continue;
    assert.equal(typeof value, "function", path);
    const name = path.slice(path.lastIndexOf(".") + 1);
    assert.ok(entry.signatures!.length > 0, path);
    for (const signature of entry.signatures!) {
      assert.match(signature, new RegExp(`^${name}[<(]`), path);
    }
  }
});

Deno.test("everything that a page names has a doc of its own", () => {
  for (const [path, { doc }] of Object.entries(index)) {
    assert.notEqual(doc, "", path);
  }
});

Deno.test("a method with overloads has each of them, and not what implements them", () => {
  assert.deepEqual(index["net.snmp.SnmpSession.get"]!.signatures, [
    "get(name: string, options?: AskOptions): Promise<VarBind>",
    "get(name: readonly string[], options?: AskOptions): Promise<VarBind[]>",
  ]);
});

Deno.test("the page of a server of Unix sockets is there under its own name", () => {
  assert.match(`${help.page("net.unix.Server")}`, /^net\.unix\.Server\n/);
  assert.match(`${help.page("udp.open")}`, /open\(options/);
});
