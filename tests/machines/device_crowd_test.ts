/**
 * A thousand sessions at once, with devices of which most do something wrong:
 * each comes out as it should, none waits for ever, nothing stays open.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect } from "../../lib/device/connect.ts";
import type { FakeDevice } from "../../lib/device/fake/device.ts";
import type { Faults } from "../../lib/device/fake/faults.ts";
import { fake } from "../../lib/device/fake/fake.ts";
import { fakeFleet } from "../../lib/device/fake/fleet.ts";
import { loadPlatform } from "../../lib/device/platforms/load.ts";
import { NetError } from "../../lib/errors.ts";

const COMMAND = "show version";
/** Long enough for whoever answers, however busy the machine is. */
const LONG = 120_000;
/** For those who never answer. */
const SHORT = 1500;
/** For those who stop in the middle of an answer, whose beginning has to come. */
const MIDDLE = 8000;

/** What is wrong with a device, and what has to come of it. */
interface Kind {
  readonly faults?: Faults;
  /** What the caller says wrong. */
  readonly wrong?: "password" | "secret";
  /** Where, and with which code of an error; nothing if all is well. */
  readonly ends: string;
  /** What its message has besides. */
  readonly says?: RegExp;
}

const HANGS = { timeout: SHORT, patience: SHORT };

const KINDS: readonly Kind[] = [
  { ends: "well" },
  { ends: "well", faults: { lie: true } },
  { ends: "well", faults: { lie: { pause: 30 } } },
  { ends: "well", faults: { lie: { text: "r1>\r\nr1>", pause: 30 } } },
  { ends: "connect: timeout", faults: { hang: "connect" } },
  { ends: "connect: timeout", faults: { hang: "auth" } },
  { ends: "connect: timeout", faults: { hang: "prompt" } },
  {
    ends: "send: timeout",
    faults: { hang: { command: COMMAND } },
    says:
      /while waiting for the answer to "show version"; the last that came is ".*System returned/,
  },
  { ends: "connect: gone", faults: { refuse: true } },
  { ends: "send: gone", faults: { drop: { command: COMMAND } } },
  { ends: "connect: gone", faults: { drop: { octets: 5 } } },
  { ends: "send: gone", faults: { drop: { octets: 400 } } },
  { ends: "connect: refused login", wrong: "password" },
  { ends: "connect: refused secret", wrong: "secret" },
];

/** One session, whole; how it ended. */
async function visit(
  device: FakeDevice,
  { faults, wrong }: Kind,
  version: string,
): Promise<{ end: string; message: string }> {
  let stage = "connect";
  try {
    await using session = await connect({
      ...device.target,
      mode: "privileged",
      timeout: LONG,
      ...typeof faults?.hang === "string" && HANGS,
      ...wrong === "password" && { password: "wrong one" },
      ...wrong === "secret" && { secret: "wrong one" },
    });
    stage = "send";
    const isMute = typeof faults?.hang === "object";
    const { output, failed, prompt } = await session.send(COMMAND, {
      timeout: isMute ? MIDDLE : LONG,
    });
    assert.equal(failed, false);
    assert.equal(prompt, `${device.name}#`);
    // The lies stay in the output: they are what the device said.
    const lie = faults?.lie;
    const text = typeof lie === "object" ? lie.text : undefined;
    const lies = (text ?? `${device.name}#`).split("\r\n");
    const lines = output.split("\n");
    if (lie !== undefined) {
      const at = lines.findIndex((_, i) =>
        lies.every((one, j) => lines[i + j]?.trimEnd() === one)
      );
      assert.ok(at > 0, `no lie in ${JSON.stringify(output)}`);
      lines.splice(at, lies.length);
    }
    assert.equal(
      lines.join("\n").trimEnd(),
      version.replaceAll(/\br1\b/g, device.name).trimEnd(),
    );
    return { end: "well", message: "" };
  } catch (error) {
    if (!(error instanceof NetError)) throw error;
    const { code, message } = error;
    const gone = ["closed", "reset", "lost"];
    const end = gone.includes(code)
      ? "gone"
      : code === "login-refused" || code === "auth"
      ? "refused login"
      : code === "secret-refused"
      ? "refused secret"
      : code;
    return { end: `${stage}: ${end}`, message };
  }
}

/** What somebody holds of the sockets of the two fleets: at either end, and to listen. */
function openSockets(): number {
  // 127.91.0.0/16 and 127.92.0.0/16, as the kernel writes them.
  const fleet = /^[\dA-F]{4}5[BC]7F:/;
  const lines = Deno.readTextFileSync("/proc/net/tcp").trim().split("\n");
  return lines.slice(1).filter((line) => {
    const [, local = "", remote = "", , , , , , , inode] = line.trim().split(
      / +/,
    );
    return (fleet.test(local) || fleet.test(remote)) && inode !== "0";
  }).length;
}

/** Waits for what the kernel tells a little later. */
async function settles(isSo: () => boolean): Promise<boolean> {
  for (let i = 0; i < 3000 && !isSo(); i++) {
    await new Promise((done) => setTimeout(done, 10));
  }
  return isSo();
}

Deno.test("A thousand sessions at once: each outcome right, nothing left open", async () => {
  const { dialogue } = await loadPlatform("cisco_ios");
  const version = dialogue.answers["*"]![COMMAND]!;
  const kind = (index: number) => KINDS[index % KINDS.length]!;
  assert.equal(openSockets(), 0);
  const faults = (index: number) => kind(index).faults;
  await using ssh = await fakeFleet(800, { network: "127.91.0.0/16", faults });
  await using telnet = await fakeFleet(200, {
    network: "127.92.0.0/16",
    transport: "telnet",
    faults,
  });
  const listening = openSockets();
  assert.ok(listening > 900, `${listening} listen`);
  const visits = [ssh, telnet].flatMap(({ devices }) =>
    devices.map(async (device, index) => {
      const wanted = kind(index);
      const { end, message } = await visit(device, wanted, version);
      const isRight = end === wanted.ends && (wanted.says ?? /^/).test(message);
      return isRight
        ? "right"
        : `${device.transport} ${
          JSON.stringify(wanted)
        } ended in ${end}: ${message}`;
    })
  );
  const ends = await Promise.all(visits);
  const wrong = [...new Set(ends.filter((end) => end !== "right"))];
  assert.deepEqual(wrong.slice(0, 20), []);
  assert.equal(ends.length, 1000);

  const devices = [...ssh, ...telnet];
  assert.ok(
    await settles(() => devices.every(({ open }) => open === 0)),
    "no device has a client any more",
  );
  assert.ok(
    await settles(() => openSockets() === listening),
    `${openSockets()} sockets are open, ${listening} listen`,
  );
  await Promise.all([ssh.close(), telnet.close()]);
  assert.ok(
    await settles(() => openSockets() === 0),
    `${openSockets()} sockets are open`,
  );
  assert.ok(Deno.memoryUsage().rss < 2 ** 30, "a megabyte a session, at most");
});

Deno.test("A device that falls silent before its first prompt is quoted", async () => {
  for (const transport of ["ssh", "telnet"] as const) {
    await using device = await fake("cisco_ios", {
      transport,
      banner: "beware",
      faults: { hang: "prompt" },
    });
    await assert.rejects(connect({ ...device.target, timeout: 2000 }), {
      code: "timeout",
      message:
        /the first prompt was not reached within 2000 ms; the last that came is ".*beware.*; expected is exec/,
    });
  }
});
