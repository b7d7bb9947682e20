/**
 * NETCONF over SSH, with a device of our own at the other end.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  netconf,
  type NetconfOptions,
} from "../../lib/device/netconf/netconf.ts";
import type { NetconfSession } from "../../lib/device/netconf/session.ts";
import { connect } from "../../lib/ssh/connect.ts";
import { type NetconfDevice, netconfDevice } from "./netconf_device.ts";
import { rpcError } from "./netconf_tree.ts";

const LOGIN = { password: "secret", hostKeys: "any", config: false } as const;

function open(
  device: NetconfDevice,
  options: NetconfOptions = {},
): Promise<NetconfSession> {
  return netconf(`admin@127.0.0.1:${device.port}`, { ...LOGIN, ...options });
}

const CHANGE = `<interfaces xmlns="urn:x"><interface><name>eth0</name>
  <description>a &amp; b ]]&gt; é</description></interface></interfaces>`;

for (
  const [version, device, client] of [
    ["1.1", { slice: 1, chunk: 7 }, {}],
    ["1.0", { slice: 1, versions: ["1.0"] }, {}],
    ["1.0", {}, { version: "1.0" }],
    ["1.1", {}, {}],
  ] as const
) {
  const how = JSON.stringify({ ...device, ...client });
  Deno.test(`netconf() speaks ${version} with ${how}: edit, look, commit`, async () => {
    await using at = await netconfDevice(device);
    await using session = await open(at, client);
    assert.equal(session.version, version);
    assert.equal(session.sessionId, "1");
    assert.ok(session.has("candidate") && session.has("confirmed-commit:1.1"));
    assert.ok(!session.has("startup"));
    assert.ok(
      session.capabilities.includes("urn:x:model?module=x&revision=2026-01-01"),
    );
    await session.editConfig(CHANGE);
    const before = await session.getConfig();
    assert.deepEqual(before.toObject(), "");
    const data = await session.getConfig({
      source: "candidate",
      filter: "<interfaces/>",
    });
    assert.deepEqual(data.toObject(), {
      interfaces: { interface: { name: "eth0", description: "a & b ]]> é" } },
    });
    assert.ok((await session.commit()).ok);
    assert.equal(
      (await session.get()).find("interfaces/interface/name")?.text,
      "eth0",
    );
  });
}

Deno.test("a commit to be confirmed is undone unless it is", async () => {
  await using device = await netconfDevice({ second: 100 });
  await using session = await open(device);
  await session.editConfig("<host>one</host>");
  await session.commit();
  await session.editConfig("<host>two</host>");
  await session.commit({ confirm: 10 });
  assert.equal(device.running.get("host"), "two");
  while (device.running.get("host") !== "one") {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await session.editConfig("<host>three</host>");
  await session.commit({ confirm: true });
  await session.commit();
  assert.equal(device.running.get("host"), "three");
  await session.editConfig("<host>four</host>");
  await session.commit({ confirm: true, persist: "word" });
  await assert.rejects(session.commit(), { code: "invalid-value" });
  await using other = await open(device);
  await other.cancelCommit({ persistId: "word" });
  assert.equal(device.running.get("host"), "three");
  await session.editConfig("<host>five</host>");
  await session.commit({ confirm: true, persist: "word" });
  await other.commit({ persistId: "word" });
  assert.equal(device.running.get("host"), "five");
});

Deno.test("a lock keeps others out, and is released at the end of its block", async () => {
  await using device = await netconfDevice();
  await using one = await open(device);
  await using two = await open(device);
  {
    await using lock = await one.lock("running");
    assert.equal(lock.target, "running");
    await assert.rejects(two.lock("running"), (error) => {
      const { name, code, tag, severity, type, message, errors } = error as
        & Error
        & Record<string, unknown>;
      assert.deepEqual(
        { name, code, tag, severity, type },
        {
          name: "NetconfError",
          code: "lock-denied",
          tag: "lock-denied",
          severity: "error",
          type: "application",
        },
      );
      assert.match(
        `${message}`,
        /Cannot lock on admin@.*session 1 has the lock/,
      );
      const [{ info }] = errors as [{ info: { toObject(): unknown } }];
      assert.deepEqual(info.toObject(), { "session-id": "1" });
      return true;
    });
    await assert.rejects(
      two.editConfig("<host>x</host>", { target: "running" }),
      { code: "in-use" },
    );
  }
  await two.lock("running");
  await two.unlock("running");
  await assert.rejects(two.unlock("running"), { code: "operation-failed" });
});

Deno.test("errors tell the path, warnings do not stop", async () => {
  await using device = await netconfDevice({
    answer: ({ localName }) =>
      localName === "validate"
        ? rpcError("operation-failed", "mtu is odd", "", "warning") + "<ok/>"
        : undefined,
  });
  await using session = await open(device);
  await assert.rejects(
    session.editConfig('<interfaces operation="delete"/>'),
    {
      code: "data-missing",
      path: "/interfaces",
      message: /\(at \/interfaces\)/,
    },
  );
  const { ok, warnings } = await session.validate();
  assert.deepEqual([ok, warnings.map(({ message }) => message)], [
    true,
    ["mtu is odd"],
  ]);
  await assert.rejects(session.rpc("<reboot xmlns='urn:x'/>"), {
    code: "operation-not-supported",
  });
  await session.discardChanges();
  await session.copyConfig({ config: "<host>x</host>" }, "candidate");
});

Deno.test("what the device has not said that it can do is not asked of it", async () => {
  await using device = await netconfDevice({
    capabilities: ["writable-running:1.0"],
  });
  await using session = await open(device);
  const refusals = [
    session.commit(),
    session.lock("candidate"),
    session.getConfig({ source: "startup" }),
    session.get({ filter: { xpath: "/x:a", namespaces: { x: "urn:x" } } }),
    session.createSubscription(),
    session.validate("running"),
    session.editConfig({ url: "ftp://192.0.2.1/x" }),
  ];
  for (const refusal of refusals) {
    await assert.rejects(refusal, { code: "no-capability" });
  }
  await session.editConfig("<host>x</host>");
  assert.equal(device.running.get("host"), "x");
  assert.deepEqual(device.requests, ["edit-config"]);
});

Deno.test("what is handed in cannot end the request that it stands in", async () => {
  await using device = await netconfDevice();
  await using session = await open(device, { version: "1.0" });
  for (
    const xml of [
      "</config></edit-config>",
      "<a>",
      "<a/>]]>]]>",
      "<!DOCTYPE a><a/>",
      "&x;",
    ]
  ) {
    await assert.rejects(session.editConfig(xml), { name: "ParseError" }, xml);
  }
  await session.editConfig(
    "<host><![CDATA[]]]]><![CDATA[>]]]]><![CDATA[>]]></host>",
  );
  assert.equal(device.candidate.get("host"), "]]>]]>");
  await assert.rejects(session.rpc("<a/><b/>"), TypeError);
  assert.deepEqual(device.requests, ["edit-config"]);
});

Deno.test("notifications come by for await, in their order, until the session ends", async () => {
  await using device = await netconfDevice({ slice: 3 });
  await using session = await open(device);
  const events = await session.createSubscription({ stream: "NETCONF" });
  await assert.rejects(session.createSubscription(), { code: "in-use" });
  for (let i = 0; i < 20; i++) device.notify("tick", `<n>${i}</n>`);
  await session.editConfig("<host>x</host>");
  await session.commit();
  const seen: string[] = [];
  for await (const { event, eventTime, date } of events) {
    assert.equal(eventTime, "2026-11-23T12:00:00Z");
    assert.equal(date?.getTime(), Date.UTC(2026, 10, 23, 12));
    seen.push(event?.localName === "tick" ? `${event.find("n")?.text}` : "end");
    if (seen.at(-1) === "end") break;
  }
  assert.deepEqual(seen, [
    ...Array.from({ length: 20 }, (_, i) => `${i}`),
    "end",
  ]);
  const more = await session.createSubscription({ buffer: 2 });
  for (let i = 0; i < 5; i++) device.notify("tick", `<n>${i}</n>`);
  device.notify("notificationComplete");
  await session.get();
  const last = await Array.fromAsync(more);
  assert.deepEqual(last.map(({ event }) => event?.localName), [
    "tick",
    "notificationComplete",
  ]);
  assert.equal(more.missed, 4);
});

Deno.test("many requests at once get each its own reply", async () => {
  await using device = await netconfDevice({
    answer: (request) =>
      request.localName === "echo" ? `<data>${request.text}</data>` : undefined,
  });
  await using session = await open(device);
  const texts = Array.from({ length: 50 }, (_, i) => `${i}`);
  const replies = await Promise.all(
    texts.map((text) => session.rpc(`<echo>${text}</echo>`)),
  );
  assert.deepEqual(replies.map(({ data }) => data?.text), texts);
});

Deno.test("a session that is killed says so to who waits", async () => {
  await using device = await netconfDevice({
    answer: ({ localName }) => localName === "wait" ? "" : undefined,
  });
  await using one = await open(device);
  await using two = await open(device);
  const events = await one.createSubscription();
  const waiting = assert.rejects(events.next(), { code: "lost" });
  await two.killSession(one.sessionId);
  await waiting;
  assert.equal(one.isOpen, false);
  await assert.rejects(one.get(), { code: "lost" });
  await assert.rejects(two.killSession(99), { code: "invalid-value" });
});

Deno.test("a reply that does not come is a timeout, and one that comes late is no harm", async () => {
  await using device = await netconfDevice({
    handle: async (session) => {
      await session.write(
        `<hello xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><capabilities>` +
          `<capability>urn:ietf:params:netconf:base:1.0</capability></capabilities>` +
          `<session-id>9</session-id></hello>]]>]]>`,
      );
      let text = "";
      let hello = true;
      for await (const octets of session) {
        text += new TextDecoder().decode(octets);
        if (!text.endsWith("]]>]]>")) continue;
        const ids = [...text.matchAll(/message-id="(\d+)"/g)];
        text = "";
        if (hello) hello = false;
        // The first is answered together with the second, which comes later.
        for (const [, id] of ids) {
          if (id === "1") continue;
          for (const one of ["1", id]) {
            await session.write(
              `<rpc-reply message-id="${one}" xmlns="urn:ietf:params:xml:ns:netconf:base:1.0"><data>${one}</data></rpc-reply>]]>]]>`,
            );
          }
        }
      }
    },
  });
  await using session = await open(device, { replyTimeout: 50 });
  await assert.rejects(session.get(), {
    code: "timeout",
    message: /Cannot get on admin@127.0.0.1:\d+: no answer within 50 ms/,
  });
  const data = await session.get({ timeout: 5_000 });
  assert.equal(data.text, "2");
  const reason = new Error("enough");
  await assert.rejects(
    session.get({ signal: AbortSignal.abort(reason) }),
    reason,
  );
});

const NONSENSE: readonly (readonly [what: string, octets: string])[] = [
  ["no XML", "Welcome!\n]]>]]>"],
  ["no hello", "<a/>]]>]]>"],
  ["no session-id", "<hello><capabilities/></hello>]]>]]>"],
  [
    "no version in common",
    "<hello><capabilities><capability>urn:x</capability></capabilities><session-id>1</session-id></hello>]]>]]>",
  ],
  ["a document type", "<!DOCTYPE a [<!ENTITY b 'c'>]><hello/>]]>]]>"],
  ["too much", "x".repeat(5_000)],
  [
    "chunks that are none",
    "<hello><capabilities><capability>urn:ietf:params:netconf:base:1.1</capability></capabilities><session-id>1</session-id></hello>]]>]]>nonsense",
  ],
];

for (const [what, octets] of NONSENSE) {
  Deno.test(`a device that sends ${what} is refused, and nothing stays open`, async () => {
    await using device = await netconfDevice({
      handle: async (session) => {
        await session.write(octets);
        await session.text();
      },
    });
    const opened = open(device, { largestMessage: 4_096 });
    if (what === "chunks that are none") {
      await using session = await opened;
      await assert.rejects(session.get(), { code: "malformed" });
    } else {
      await assert.rejects(opened, {
        code: "malformed",
        message: /what it sent is not NETCONF/,
      });
    }
  });
}

Deno.test("a session on a connection that is there leaves it open", async () => {
  await using device = await netconfDevice();
  await using connection = await connect(
    `admin@127.0.0.1:${device.port}`,
    LOGIN,
  );
  {
    await using session = await netconf(connection);
    assert.ok(session.isOpen);
  }
  assert.ok(connection.isOpen);
  await using again = await netconf(connection);
  assert.equal(again.sessionId, "2");
});

Deno.test("a server without NETCONF says so", async () => {
  const { serve } = await import("../../lib/ssh/serve.ts");
  await using server = await serve({
    users: { admin: "secret" },
    exec: () => 0,
  });
  await assert.rejects(
    netconf(`admin@127.0.0.1:${server.port}`, LOGIN),
    { code: "refused" },
  );
});
