import assert from "node:assert/strict";
import { agentEndpoint, settings } from "../../../lib/snmp/asking/settings.ts";
import type { User } from "../../../lib/snmp/user.ts";

Deno.test("an agent's target needs no port, and IPv6 no brackets", () => {
  const cases: readonly (readonly [
    Parameters<typeof agentEndpoint>[0],
    string,
  ])[] = [
    ["router", "router:161"],
    ["router:1161", "router:1161"],
    ["192.0.2.1", "192.0.2.1:161"],
    ["2001:db8::1", "[2001:db8::1]:161"],
    ["[2001:db8::1]", "[2001:db8::1]:161"],
    ["[2001:db8::1]:1161", "[2001:db8::1]:1161"],
    [{ hostname: "router" }, "router:161"],
    [{ hostname: "router", port: 7 }, "router:7"],
  ];
  for (const [target, expected] of cases) {
    assert.equal(`${agentEndpoint(target)}`, expected);
  }
  assert.throws(() => agentEndpoint("a router"), SyntaxError);
});

Deno.test("a session is of version 2c with the community public, or of version 3 with a user", () => {
  const plain = settings("router", {});
  assert.deepEqual([plain.version, plain.community], ["2c", "public"]);
  assert.equal(settings("router", { user: { name: "ada" } }).version, "3");
});

const password = "eight or more";
const bad: readonly (readonly [
  what: string,
  options: Parameters<typeof settings>[1],
  says: RegExp,
])[] = [
  ["a version that is none", { version: "2" as "2c" }, /'version' must be "1"/],
  ["version 3 without a user", { version: "3" }, /'user' must be set/],
  [
    "a user in version 2c",
    { version: "2c", user: { name: "ada" } },
    /'user' must be left out/,
  ],
  ["a user without a name", { user: { name: "" } }, /'user.name'/],
  [
    "encryption without a signature",
    { user: { name: "ada", priv: { protocol: "aes", password } } },
    /'user.auth' must be set/,
  ],
  [
    "a short password",
    { user: { name: "ada", auth: { protocol: "sha", password: "short" } } },
    /8 characters or more: it has 5/,
  ],
  [
    "a protocol by another name",
    {
      user: { name: "ada", auth: { protocol: "SHA-1" as "sha", password } },
    },
    /must be 'sha'/,
  ],
  [
    "AES of 256 bits without saying whose",
    {
      user: {
        name: "ada",
        auth: { protocol: "sha", password },
        priv: { protocol: "aes256" as "aes", password },
      },
    },
    /'aes256b', or 'aes256r' for Cisco's/,
  ],
  ["no patience", { timeout: 0 }, /'timeout' must be 1 or more milliseconds/],
  ["fewer than no retries", { retries: -1 }, /'retries'/],
  ["half a variable", { maxRepetitions: 0.5 }, /'maxRepetitions'/],
];

for (const [what, options, says] of bad) {
  Deno.test(`settings() refuses ${what}`, () => {
    assert.throws(() => settings("router", options), says);
  });
}

Deno.test("settings() never tells a password", () => {
  const user: User = {
    name: "ada",
    auth: { protocol: "sha", password: "tooshrt" },
  };
  assert.throws(
    () => settings("router", { user }),
    (error: Error) => !error.message.includes("tooshrt"),
  );
});
