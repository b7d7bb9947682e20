import assert from "node:assert/strict";
import { readInventory } from "../../../lib/device/inventory.ts";
import { InventoryError } from "../../../lib/device/inventory_error.ts";
import { NetError } from "../../../lib/errors.ts";
import { setAsker } from "../../../lib/inspect/live.ts";

const DIGEST = `SHA256:${"A".repeat(43)}`;
const OFFICE = `
defaults: { user: backup, password: lake-15, port: 22, timeout: 5000 }
groups:
  core: { platform: juniper_junos, port: 2222, user: netops }
  old: { platform: cisco_ios, transport: telnet, port: 23, hostKeys: any }
devices:
  mx1: { host: 192.0.2.1, groups: [core, old] }
  sw1: { groups: [old], secret: { ask: Enable secret }, port: 2323 }
  sw2: { groups: [old], secret: { ask: Enable secret }, fingerprint: "${DIGEST}" }
  ap1:
`;

Deno.test("what stands at a device counts first, then its groups in order, then the defaults", async () => {
  const inventory = await readInventory(OFFICE);
  const [mx1, , , ap1] = inventory.devices;
  assert.deepEqual(await inventory.target(mx1!), {
    host: "192.0.2.1",
    platform: "juniper_junos",
    transport: "telnet",
    port: 2222,
    user: "netops",
    password: "lake-15",
    secret: undefined,
    timeout: 5000,
    ssh: { hostKeys: "any" },
  });
  assert.equal(ap1!.host, "ap1");
  assert.equal(ap1!.platform, undefined);
  assert.equal((await inventory.target(ap1!)).user, "backup");
});

Deno.test("devices are found by name and by group, each once", async () => {
  const inventory = await readInventory(OFFICE);
  const names = (...wanted: string[]) =>
    inventory.select(...wanted).map(({ name }) => name).join(" ");
  assert.equal(names(), "mx1 sw1 sw2 ap1");
  assert.equal(names("old", "sw1", "ap1"), "mx1 sw1 sw2 ap1");
  assert.equal(names("core"), "mx1");
  assert.throws(
    () => names("cor"),
    /no device or group is called cor; did you mean core\?/,
  );
});

Deno.test("a secret that is asked for is asked for once, and none is shown", async () => {
  const inventory = await readInventory(OFFICE);
  const questions: string[] = [];
  using _asker = setAsker(
    () => Promise.resolve(undefined),
    (prompt, { hidden }) => {
      questions.push(`${prompt}${hidden}`);
      return Promise.resolve("peak-16");
    },
  );
  const [sw1, sw2] = inventory.select("sw1", "sw2");
  const both = await Promise.all([
    inventory.target(sw1!),
    inventory.target(sw2!),
  ]);
  assert.deepEqual(both.map(({ secret }) => secret), ["peak-16", "peak-16"]);
  assert.deepEqual(questions, ["Enable secret: true"]);
  assert.deepEqual(both[1]!.ssh, { hostKeys: { fingerprint: DIGEST } });
  const shown = Deno.inspect(inventory) + JSON.stringify(inventory);
  assert.doesNotMatch(shown, /lake-15|peak-16/);
});

Deno.test("a secret that cannot be had is an error of its device", async () => {
  const inventory = await readInventory(
    "devices:\n  a: { password: { env: PW } }\n  b: { secret: { ask: PIN } }",
  );
  const [a, b] = inventory.devices;
  const because = (reason: RegExp) => (error: unknown) =>
    error instanceof NetError && error.code === "no-secret" &&
    reason.test(error.message);
  await assert.rejects(
    inventory.target(a!),
    because(/password of a: the variable PW .* export PW=…/),
  );
  await assert.rejects(
    inventory.target(b!),
    because(/secret of b: nobody can be asked/),
  );
  await assert.rejects(
    inventory.target({ ...a! }),
    /must be one of this inventory: current value is a/,
  );
});

Deno.test("what is wrong with an inventory is said with line and column", async () => {
  const rows: readonly [text: string, ...expected: string[]][] = [
    ["- a", "1:1 must be a map"],
    ["devices: [a", "1:"],
    ["defaults: {}", "1:1 the key devices is missing"],
    [
      "devices:\n  10.0.0.1/24: {}",
      '2:3 devices["10.0.0.1/24"]: a name has letters',
    ],
    ["devices:\n  ../etc: {}", "2:3 "],
    [
      "groups: { core: {} }\ndevices:\n  core: { groups: [cor] }",
      "3:3 devices.core: a group is called so, too",
      "3:20 devices.core.groups[0]: there is no group cor; did you mean core?",
    ],
    [
      "devices: { a: { port: 0 } }",
      "1:23 devices.a.port: must be an integer from 1 to 65535",
    ],
    [
      "devices: { a: { password: { file: x } } }",
      "devices.a.password.file: no such key",
    ],
    [
      "devices: { a: { password: {} } }",
      "must be text, { env: NAME } or { ask: TEXT }",
    ],
    [
      "devices: { a: { fingerprint: abc } }",
      "must be SHA256: and 43 characters",
    ],
    ["devices: { a: { hostKeys: ask } }", "must be strict, accept-new or any"],
  ];
  for (const [text, ...expected] of rows) {
    const error = await readInventory(text, "office.yaml").then(
      () => assert.fail(text),
      (error) => error,
    );
    assert.ok(error instanceof InventoryError, `${error}`);
    for (const part of expected) {
      assert.ok(error.message.includes(part), error.message);
    }
  }
});
