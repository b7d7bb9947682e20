import assert from "node:assert/strict";
import { connect, type DeviceOptions } from "../../../lib/device/connect.ts";
import { formatRecording, parseRecording } from "../../../lib/device/record.ts";
import type { DeviceSession } from "../../../lib/device/session.ts";
import { LineDevice, type Said, testPlatform } from "./session_device.ts";

/** A router with modes, a configuration, and a secret. */
function router(): LineDevice {
  const config = ["hostname R0", "interface Gi0/0", " mtu 1500"];
  let within = "";
  const modes: Record<string, (line: string) => Said | string | undefined> = {
    ">": (line) =>
      line === "enable"
        ? {
          ask: "Password: ",
          hides: true,
          then: (said) =>
            said === "S3cret" ? { prompt: "R0#" } : {
              ask: "Password: ",
              hides: true,
              then: () => "% Bad secrets\n",
            },
        }
        : undefined,
    "#": (line) =>
      line === "configure terminal"
        ? { text: "End with CNTL/Z.\n", prompt: "R0(config)#" }
        : line === "show running-config"
        ? `Building configuration...\n\n${config.join("\n")}\nend\n`
        : line === "disable"
        ? { prompt: "R0>" }
        : line === "write memory"
        ? "[OK]\n"
        : line === "reload"
        ? { ask: "Proceed? [confirm]", then: () => "not now\n" }
        : undefined,
    ")#": (line) => {
      if (line === "end") return { prompt: "R0#" };
      const negated = /^no (.*)/.exec(line)?.[1];
      if (line.startsWith("interface ")) {
        within = line;
        if (!config.includes(line)) config.push(line);
        return { prompt: "R0(config-if)#" };
      }
      const at = config.indexOf(within) + 1;
      if (/^(?:no )?(?:mtu|description) ?/.test(line)) {
        if (negated === undefined) config.splice(at, 0, ` ${line}`);
        else {
          const i = config.findIndex((one, i) =>
            i >= at && one.startsWith(` ${negated.split(" ")[0]}`)
          );
          if (i >= 0) config.splice(i, 1);
        }
        return "";
      }
      if (line === "crypto key zeroize") {
        return {
          ask: "Remove all keys? [yes/no]: ",
          then: (said) => said === "yes" ? "" : "% Please answer\n",
        };
      }
      if (negated?.startsWith("interface")) {
        const i = config.indexOf(negated);
        config.splice(i, config.length - i);
        return { prompt: "R0(config)#" };
      }
      return undefined;
    },
  };
  return new LineDevice({
    prompt: "R0>",
    first: "\r\n*** welcome, R0> ***\r\n\r\n",
    cut: (octets) => [octets],
    answer: (line, device) => {
      const kind = device.prompt.endsWith(")#") ? ")#" : device.prompt.at(-1)!;
      if (line === "show version") return "IOS 15, S3cret\nR0>\nup é 5\n";
      return modes[kind]?.(line.trim()) ?? "        ^\n% Invalid input\n";
    },
  });
}

async function play(session: DeviceSession): Promise<unknown[]> {
  const seen: unknown[] = [];
  const add = (value: unknown) => {
    const plain = JSON.parse(JSON.stringify(value));
    const drop = (one: unknown) => {
      if (typeof one === "object" && one !== null) {
        delete (one as Record<string, unknown>)["duration"];
        Object.values(one).forEach(drop);
      }
    };
    drop(plain);
    seen.push(plain);
  };
  add(session.banner);
  add(await session.send("show version"));
  add(await session.mode("privileged"));
  add(await session.sendMany(["show version", "nonsense", "show version"]));
  add(
    await session.configure(
      "interface Gi0/0\n no mtu 1500\n mtu 9000\nfoo\n bar\ninterface Lo1\n description x",
    ),
  );
  add(await session.diff());
  add(
    await session.send("reload", {
      answers: [{ question: "[confirm]", say: "" }],
    }),
  );
  add(await session.rollback());
  add(await session.diff());
  add(await session.commit());
  add(await session.backup());
  return seen;
}

async function options(): Promise<DeviceOptions> {
  const platform = await testPlatform();
  return {
    platform,
    user: "ada",
    password: "pw",
    secret: "S3cret",
    record: true,
    patience: 3000,
  };
}

Deno.test("A whole session: modes, configuration, difference, back again", async () => {
  await using session = await connect({
    ...await options(),
    transport: router(),
  });
  const seen = await play(session) as Record<string, unknown>[];
  assert.equal(seen[0], "*** welcome, R0> ***");
  assert.equal(seen[1]!["output"], "IOS 15, S3cret\nR0>\nup é 5");
  const configured = seen[4] as unknown as { lines: { state: string }[] };
  assert.deepEqual(configured.lines.map(({ state }) => state), [
    "accepted",
    "accepted",
    "accepted",
    "refused",
    "skipped",
    "accepted",
    "accepted",
  ]);
  assert.deepEqual([seen[5]!["added"], seen[5]!["removed"]], [3, 1]);
  assert.equal(seen[6]!["output"], "Proceed? [confirm]\nnot now");
  assert.equal(seen[7]!["failed"], false);
  assert.equal(seen[8]!["added"], 0);
  assert.equal(seen[10], "hostname R0\ninterface Gi0/0\n mtu 1500\nend\n");
});

Deno.test("A recording plays the same whole, octet by octet, and in random chunks", async () => {
  const first = await connect({ ...await options(), transport: router() });
  const seen = await play(first);
  const recording = first.recording!;
  await first.close();
  const text = formatRecording(recording);
  assert.ok(!text.includes("S3cret"), "no secret is written");
  assert.match(text, /"hidden":true/);
  assert.deepEqual(parseRecording(text), recording);
  const hidden = JSON.parse(
    JSON.stringify(seen).replaceAll("S3cret", "********"),
  );
  const cuts = [
    "whole",
    "octets",
    ...[1, 2, 3, 4, 5].map((seed) => ({ seed })),
  ] as const;
  for (const chunks of cuts) {
    await using again = await connect({
      ...await options(),
      transport: "replay",
      recording: parseRecording(text),
      replay: { chunks },
    });
    assert.deepEqual(await play(again), hidden, JSON.stringify(chunks));
  }
});

Deno.test("A recording is played only to who types the same", async () => {
  const first = await connect({ ...await options(), transport: router() });
  await first.send("show version");
  const { recording } = first;
  await first.close();
  await using again = await connect({
    ...await options(),
    transport: "replay",
    recording: recording!,
  });
  await assert.rejects(
    again.send("show clock"),
    /has "show version\\n" where "show clock\\n" was typed/,
  );
});

Deno.test("Questions that lines of configuration bring are answered, and what was before is kept", async () => {
  const transport = router();
  await using session = await connect({ ...await options(), transport });
  const { lines, failed } = await session.configure(
    ["interface Lo1", "crypto key zeroize", " description x"],
    { answers: [{ question: "[yes/no]: ", say: "yes" }] },
  );
  assert.deepEqual(lines.map(({ state }) => state), [
    "accepted",
    "accepted",
    "accepted",
  ]);
  assert.equal(failed, false);
  assert.ok(transport.typed.includes("yes"));
  assert.equal(
    `${await session.diff()}`,
    "+ interface Lo1\n+  description x",
  );
});

Deno.test("A wrong secret is told apart, and the session goes on", async () => {
  await using session = await connect({
    ...await options(),
    secret: "wrong!",
    transport: router(),
  });
  await assert.rejects(session.mode("privileged"), {
    name: "AuthError",
    code: "secret-refused",
  });
  assert.equal((await session.send("show version")).failed, false);
  await assert.rejects(session.mode("moon"), RangeError);
});

Deno.test("A commit that is not confirmed is taken back, at the latest by close", async () => {
  const device = router();
  const session = await connect({
    ...await options(),
    transport: device,
    mode: "privileged",
  });
  await session.configure("interface Gi0/0\n description new");
  const commit = await session.commit({ confirm: 0.05 });
  assert.deepEqual([commit.failed, commit.revertsBy], [false, "session"]);
  assert.equal(await commit.outcome, "rolled back");
  assert.ok((await session.diff()).isEmpty);

  await session.configure("interface Gi0/0\n description kept");
  const kept = await session.commit({ confirm: 600 });
  await session.confirm();
  assert.equal(await kept.outcome, "kept");
  assert.match(await session.backup(), /description kept/);

  await session.configure("interface Gi0/0\n mtu 900");
  const open = await session.commit({ confirm: 600 });
  await session.close();
  assert.equal(await open.outcome, "rolled back");
  assert.ok(device.typed.includes("no mtu 900"));
  assert.ok(device.isClosed);
});

Deno.test("Bad arguments are refused before anything is typed", async () => {
  await assert.rejects(connect({ platform: "cisco_ios" }), /'host' must be/);
  await assert.rejects(
    connect({ transport: "console", host: "c1" }),
    /'port' must be/,
  );
  await assert.rejects(connect({ transport: "replay" }), /'recording' must be/);
  await using session = await connect({
    ...await options(),
    transport: router(),
  });
  await assert.rejects(session.send("a\nb"), /must be one line/);
  await assert.rejects(session.commit({ confirm: -1 }), RangeError);
  await assert.rejects(session.confirm(), { code: "nothing-to-confirm" });
});
