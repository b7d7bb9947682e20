/**
 * What a caller gets wrong is told, and costs no session; each on a fake device.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect, type DeviceOptions } from "../../lib/device/connect.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import { loadPlatform } from "../../lib/device/platforms/load.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

Deno.test("options that are none are named, and no connection is left open", async () => {
  await using router = await fake("cisco_ios");
  const cases: [DeviceOptions, RegExp][] = [
    [wrong(undefined), /'host' must be a name or an address/],
    [{ transport: wrong("tlnet") }, /'transport' must be one of ssh, telnet/],
    [{ encoding: wrong("utf8") }, /'encoding' must be one of utf-8, latin1/],
    [
      wrong({ device_type: "cisco_ios" }),
      /"device_type" is no option: .*platform/,
    ],
    [wrong({ username: "a" }), /"username" is no option: .*user/],
    [{ rows: -1 }, /'rows' must be from 1 to 65535/],
    [{ platform: wrong(5) }, /it must be a name, a file, a URL or an object/],
    [{ record: "/nowhere/at/all" }, /Cannot write .*no such file or folder/],
    [
      { transport: "replay", recording: "/nowhere/at/all" },
      /Cannot read .*no such file or folder/,
    ],
  ];
  for (const [options, message] of cases) {
    const all = options && { ...router.target, ...options };
    await assert.rejects(connect(all), { message });
  }
  while (router.open > 0) await new Promise((done) => setTimeout(done, 5));
  await assert.rejects(loadPlatform(wrong(undefined)), { name: "TypeError" });
});

Deno.test("what is no line is refused by a rejection, before anything is typed", async () => {
  await using router = await fake("cisco_ios");
  await using session = await connect(router.target);
  const before = router.toJSON().commands;
  for (const command of [undefined, 5, "show version\nshow clock"]) {
    const message = /'command' must be one line of text/;
    await assert.rejects(session.send(wrong(command)), { message });
    await assert.rejects(session.sendMany([wrong(command)]), { message });
  }
  // A text is a list of letters, too.
  for (const commands of ["show clock", undefined, 5]) {
    const message = /'commands' must be a list/;
    await assert.rejects(session.sendMany(wrong(commands)), { message });
  }
  for (const lines of [undefined, 5, [5]]) {
    const message = /'lines' must be a text or a list of texts/;
    await assert.rejects(session.configure(wrong(lines)), { message });
  }
  const onRefusal = wrong<"stop">("abort");
  await assert.rejects(session.configure("hostname r9", { onRefusal }), {
    message: /'onRefusal' must be "continue", "stop" or "discard"/,
  });
  assert.equal(router.toJSON().commands, before);
  assert.match((await session.send("show version")).output, /IOS Software/);
});

Deno.test("what onText throws is the caller's own, and the session goes on", async () => {
  await using router = await fake("cisco_ios");
  await using session = await connect(router.target);
  const mine = new Error("the disk is full");
  const onText = () => {
    throw mine;
  };
  await assert.rejects(session.send("show version", { onText }), mine);
  assert.match((await session.send("show clock")).output, /UTC/);
});

Deno.test("a commit for a while is none where the device is gone", async () => {
  const router = await fake("cisco_ios");
  await using session = await connect(router.target);
  await session.configure("hostname r9");
  await router.close();
  while (session.isOpen) await new Promise((done) => setTimeout(done, 5));
  await assert.rejects(session.commit({ confirm: 60 }), { code: "closed" });
});

Deno.test("interrupt() finds the prompt each time, also where nothing runs", async () => {
  await using router = await fake("huawei_vrp");
  await using session = await connect(router.target);
  for (let i = 0; i < 40; i++) await session.interrupt();
  assert.equal((await session.send("display clock")).failed, false);
});

Deno.test("options of a session that are none are named before anything is typed", async () => {
  await using router = await fake("juniper_junos");
  await using session = await connect(router.target);
  await session.configure("set system host-name r9");
  const before = router.toJSON().commands;
  const cases: [() => Promise<unknown>, RegExp][] = [
    // This would be a commit for good.
    [() => session.commit(wrong({ confirmed: 5 })), /did you mean "confirm"/],
    [() => session.configure("x", wrong({ onError: "stop" })), /is no option/],
    [() => session.backup(wrong("r9.conf")), /options must be an object/],
    [() => session.send("x", wrong({ textfsm: true })), /no option: .*parse/],
    [() => session.send("x", wrong(500)), /options must be an object/],
    [
      () => session.send("x", { answers: wrong([{ prompt: "?", say: "y" }]) }),
      /'answers' must be a list such as .*question/,
    ],
    [
      () => session.send("x", { answers: wrong({ confirm: "y" }) }),
      /'answers' must be a list/,
    ],
  ];
  for (const [call, message] of cases) {
    await assert.rejects(call(), { name: "TypeError", message });
  }
  assert.equal(router.toJSON().commands, before);
  assert.equal((await session.diff()).isEmpty, false);
});

Deno.test("who asks for rows is told where no template makes any", async () => {
  await using router = await fake("cisco_ios");
  await using session = await connect(router.target);
  const parse = { folder: undefined };
  const rows = await session.send("show ip interface brief", { parse: true });
  assert.doesNotMatch(Deno.inspect(rows), /no rows/);
  const none = await session.send("show clock", { parse: wrong(parse) });
  assert.equal(none.rows, undefined);
  assert.match(Deno.inspect(none), /UTC.*\nno rows: no template fits it$/);
  const plain = await session.send("show clock");
  assert.doesNotMatch(Deno.inspect(plain), /no rows/);
});
