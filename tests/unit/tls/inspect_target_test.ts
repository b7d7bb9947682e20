import assert from "node:assert/strict";
import {
  inspectTarget,
  serverTarget,
} from "../../../lib/tls/inspecting/inspect_target.ts";
import { startTlsPorts, startTlsProtocols } from "../../../lib/tls/starttls.ts";

Deno.test("a target names a server, what is spoken there first, or a file", () => {
  const servers: readonly (readonly [string | URL, string, string?])[] = [
    ["www.lab", "www.lab:443"],
    ["www.lab:8443", "www.lab:8443"],
    ["10.0.0.5", "10.0.0.5:443"],
    ["2001:db8::5", "[2001:db8::5]:443"],
    ["[2001:db8::5]", "[2001:db8::5]:443"],
    ["[2001:db8::5]:8443", "[2001:db8::5]:8443"],
    ["https://www.lab", "www.lab:443"],
    ["HTTPS://www.lab:8443/a/b?c#d", "www.lab:8443"],
    [new URL("https://[2001:db8::5]/"), "[2001:db8::5]:443"],
    ["smtp://mail.lab", "mail.lab:25", "smtp"],
    ["IMAP://mail.lab:1143/", "mail.lab:1143", "imap"],
    ["ldap://[2001:db8::5]", "[2001:db8::5]:389", "ldap"],
    ["postgresql://10.0.0.5/db", "10.0.0.5:5432", "postgresql"],
  ];
  for (const [from, peer, starttls] of servers) {
    const found = inspectTarget(from);
    assert.ok(typeof found === "object" && "peer" in found, `${from}`);
    assert.equal(`${found.peer}`, peer);
    assert.equal(found.starttls, starttls);
  }
  for (
    const [from, path] of [
      ["./site.pem", "./site.pem"],
      ["site.crt", "site.crt"],
      ["a/b", "a/b"],
      ["file:///tmp/a%20b.pem", "/tmp/a b.pem"],
      [new URL("file:///tmp/a.pcap"), "/tmp/a.pcap"],
    ] as const
  ) assert.equal(inspectTarget(from), path);
});

Deno.test("a target of another protocol is refused, and so is what names nobody", () => {
  for (const from of ["gopher://a", "http://a", new URL("ws://a")]) {
    assert.throws(() => inspectTarget(from), {
      name: "TypeError",
      message: /must be one of https, file, smtp, .*: current value is/,
    });
  }
  for (const from of [undefined, null, 1, true] as unknown as string[]) {
    assert.throws(() => inspectTarget(from), {
      name: "TypeError",
      message: /'from' must be a text or \{ hostname, port \}/,
    });
  }
  for (const from of ["./site.pem", "file:///tmp/site.pem"]) {
    assert.throws(() => serverTarget(from, "scan"), {
      name: "TypeError",
      message: /^Cannot scan as 'target' must be a server, host:port or https:/,
    });
  }
  for (const from of ["smtp://", "https://a b", "a:b", ""]) {
    assert.throws(() => inspectTarget(from), { name: "ParseError" }, from);
  }
  assert.deepEqual(Object.keys(startTlsPorts), startTlsProtocols);
});
