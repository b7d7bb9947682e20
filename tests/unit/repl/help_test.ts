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

Deno.test("options are told with those that they have from others", () => {
  const optionsOf = (path: string) =>
    help.optionsFor(path).map(({ name }) => name);
  for (const name of ["alpn", "key", "extraCa", "timeout", "signal"]) {
    assert.ok(optionsOf("net.tls.connect").includes(name), name);
  }
  // An interface that is made of parts of another, an alias, a method's.
  assert.ok(index["net.ssh.ScpOptions.timeout"]);
  assert.ok(optionsOf("net.unix.serve").includes("maxConnections"));
  assert.ok(!optionsOf("net.unix.serve").includes("port"));
  assert.ok(optionsOf("net.tcp.Connection.readLine").includes("timeout"));
  assert.ok(optionsOf("net.unix.Connection.readLine").includes("timeout"));
  assert.match(
    `${help.page("net.tcp.Connection.readLine")}`,
    /\nReadLineOptions\n.*timeout/s,
  );
});

Deno.test("a class is told with what it has from its base", () => {
  const members = help.membersOfCall("(await net.tls.connect('x'))")
    .map(({ name }) => name);
  for (const name of ["tls", "write", "readLine"]) {
    assert.ok(members.includes(name), name);
  }
});

Deno.test("the page of a server of Unix sockets is there under its own name", () => {
  assert.match(`${help.page("net.unix.Server")}`, /^net\.unix\.Server\n/);
  assert.match(`${help.page("udp.open")}`, /open\(options/);
});
