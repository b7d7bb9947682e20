/**
 * A session with the fake device of every platform, recorded and played again:
 * however its octets are cut, the same comes of it.
 *
 * @module
 */

import assert from "node:assert/strict";
import { connect } from "../../../lib/device/connect.ts";
import { Outlet } from "../../../lib/device/fake/outlet.ts";
import { DeviceState, speciesOf } from "../../../lib/device/fake/state.ts";
import { FakeTerminal } from "../../../lib/device/fake/terminal.ts";
import type { Platform } from "../../../lib/device/platform.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";
import { formatRecording, parseRecording } from "../../../lib/device/record.ts";
import type { DeviceSession } from "../../../lib/device/session.ts";
import type {
  Transport,
  TransportSink,
} from "../../../lib/device/transport.ts";

const SECRETS = { user: "admin", password: "Pa55word", secret: "S3cret" };

/** A fake device with nothing between it and the session. */
function attached(platform: Platform): Transport {
  const device = new DeviceState(
    speciesOf(platform, { enableSecret: SECRETS.secret }),
    undefined,
    {},
  );
  let sink: TransportSink | undefined;
  const later = (run: () => void) => queueMicrotask(run);
  const outlet = new Outlet(
    { delay: 0, chunk: 0, slow: 0, cutAfter: Infinity, random: Math.random },
    {
      write: (octets) => later(() => sink?.data(octets)),
      end: () => later(() => sink?.closed()),
      cut: () => later(() => sink?.closed()),
    },
  );
  const terminal = new FakeTerminal(device, outlet, {
    rows: 24,
    password: SECRETS.password,
  });
  return {
    name: `the fake ${platform.name}`,
    authenticated: true,
    start(taking) {
      sink = taking;
      terminal.begin();
    },
    write: (octets) => later(() => terminal.type(octets)),
    close() {
      sink = undefined;
      outlet.close();
      return Promise.resolve();
    },
  };
}

/** All that a session can do, and what came of each; an error is what came, too. */
async function play(session: DeviceSession): Promise<unknown[]> {
  const { platform } = session;
  const { dialogue, modes, config } = platform;
  const seen: unknown[] = [session.banner];
  const note = async (work: () => Promise<unknown>) => {
    const came = await work().catch(({ name, code, message }) => ({
      name,
      code,
      message: message.replace("the recording of ", ""),
    }));
    seen.push(JSON.parse(
      JSON.stringify(
        came ?? null,
        (key, value) =>
          key === "duration" || key === "revertsAt" ? undefined : value,
      ),
    ));
  };
  const plain = (mode: string) =>
    Object.keys(dialogue.answers[mode] ?? {}).filter((line) =>
      dialogue.asks?.[line] === undefined &&
      !Object.values(modes).some(({ to = {} }) =>
        Object.values(to).flat().some(({ send }) => send === line)
      )
    );
  const all = Object.keys(modes);
  for (const mode of [...all, ...all.toReversed()]) {
    await note(() => session.mode(mode));
    const commands = plain(mode).slice(0, 4);
    await note(() =>
      session.sendMany([...commands, "frobnicate", ...commands])
    );
  }
  await note(() => session.mode(dialogue.start));
  for (const command of plain("*").slice(0, 6)) {
    await note(() => session.send(command, { parse: true }));
  }
  await note(() => session.backup());
  const lines = dialogue.config.split("\n").filter((line) =>
    /^[\w/]/.test(line) && !/^(?:end|exit|version|Building)/.test(line)
  ).slice(0, 3);
  await note(() => session.configure([...lines, "frobnicate the moon"]));
  await note(() => session.diff());
  if (config.mode !== undefined) {
    await note(() => session.commit());
    await note(() => session.rollback());
  }
  await note(() => session.backup());
  return seen;
}

Deno.test("Every platform's session plays the same, whole, octet by octet, and in random chunks", async (t) => {
  const names = Object.keys(ALL_PLATFORMS);
  assert.ok(names.length >= 20);
  for (const name of names) {
    await t.step(name, async () => {
      const platform = await loadPlatform(name);
      const options = { platform, ...SECRETS, patience: 5000 };
      const first = await connect({
        ...options,
        transport: attached(platform),
        record: true,
      });
      const seen = await play(first);
      await first.close();
      const text = formatRecording(first.recording!);
      assert.ok(!text.includes(SECRETS.secret), "no secret is written");
      // It was a session, not a row of failures that are the same each time.
      const all = JSON.stringify(seen);
      assert.doesNotMatch(all, /"code":"(?:timeout|closed)"/);
      assert.match(all, /"failed":true/);
      assert.ok(all.split('"failed":false').length > 4);
      const cuts = [
        "whole",
        "octets",
        ...[1, 2, 3].map((seed) => ({ seed })),
      ] as const;
      for (const chunks of cuts) {
        await using again = await connect({
          ...options,
          transport: "replay",
          recording: parseRecording(text),
          replay: { chunks },
        });
        assert.deepEqual(await play(again), seen, JSON.stringify(chunks));
      }
    });
  }
});
