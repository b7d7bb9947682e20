import assert from "node:assert/strict";
import fc from "fast-check";
import { givenReplies } from "../../../lib/device/asking.ts";
import { Channel } from "../../../lib/device/channel.ts";
import { Conversation } from "../../../lib/device/conversation.ts";
import { Secrets } from "../../../lib/device/secrets.ts";
import {
  LineDevice,
  type LineDeviceOptions,
  testPlatform,
} from "./session_device.ts";

type Cut = LineDeviceOptions["cut"];
const whole: Cut = (octets) => [octets];
const single: Cut = (octets) => cutInto(octets, () => 1);
function cutInto(octets: Uint8Array, size: () => number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < octets.length;) {
    const end = at + size();
    chunks.push(octets.subarray(at, end));
    at = end;
  }
  return chunks;
}

async function open(
  options: Partial<LineDeviceOptions> & Pick<LineDeviceOptions, "answer">,
  timeout = 5000,
) {
  const platform = await testPlatform();
  const device = new LineDevice({ prompt: "R0#", cut: whole, ...options });
  const secrets = new Secrets();
  secrets.add("S3cret");
  const channel = new Channel(device, {
    platform,
    columns: 80,
    encoding: "utf-8",
    credentials: { user: "admin", password: "admin1", secret: "S3cret" },
    secrets,
    seed: 7,
  });
  const talk = new Conversation(channel, platform, timeout);
  await talk.login({ wake: false });
  return {
    device,
    channel,
    talk,
    send: async (line: string, more: object = {}) =>
      (await talk.say(line, { proof: true, ...more })).output,
  };
}

/** Outputs that try to look like the end. */
const TRICKY: readonly string[] = [
  "",
  "one line\n",
  "R0#\n",
  "R0#\nR0#\nR0#\n",
  "R0#\r\nmore\nR0# \n R0#\n",
  "before\nR0#show x\nafter\nR0#\n",
  "R0(config)#\nR0>\nend\n",
  "\n\n\n",
  "text  \n  \n",
  "Password: \n[confirm]\nnot asked\n",
  "R0#      \nR0#\nR0#         \nR0#\nend\n",
  "unicode é 路由 🛰\n",
  "\x1b[31mred\x1b[0m\n",
];

Deno.test("Output that looks like the end is never cut, whole or octet by octet", async () => {
  for (const text of TRICKY) {
    for (const cut of [whole, single]) {
      const { send } = await open({ cut, answer: () => text });
      const expected = text.replaceAll("\x1b[31m", "").replaceAll("\x1b[0m", "")
        .replaceAll("\r", "").replace(/\n$/, "");
      assert.equal(await send("show x"), expected);
      assert.equal(await send("show y"), expected);
    }
  }
});

Deno.test("Random outputs in random chunks come out the same", async () => {
  const line = fc.oneof(
    fc.constantFrom(
      "R0#",
      "R0# ",
      "R0>",
      "R0(config)#",
      "R1#",
      "",
      " ",
      "R0#show",
    ),
    fc.string({ unit: "grapheme-ascii", maxLength: 20 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (lines, sizes) => {
        let i = 0;
        const cut: Cut = (octets) =>
          cutInto(octets, () => sizes[i++ % sizes.length]!);
        const text = lines.map((one) => `${one}\n`).join("");
        const { send, talk } = await open({ cut, answer: () => text });
        assert.equal(await send("show x"), lines.join("\n"));
        const { output } = await talk.say("show y", { proof: true, next: "z" });
        assert.equal(output, lines.join("\n"));
        assert.equal(await send("z"), lines.join("\n"));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("An output that holds prompts and many blanks is cut only by a wonder", async () => {
  // All lengths of probe but one stand in the output.
  const text = Array.from(
    { length: 60 },
    (_, n) => n % 3 === 2 ? "" : `R0#${" ".repeat(n)}\nx\n`,
  ).join("");
  const { send } = await open({ cut: single, answer: () => text });
  assert.equal(await send("show x"), text.replace(/\n$/, ""));
});

Deno.test("The echo is cut exactly: wrapped, absent, or of another kind", async () => {
  const long = `show ${"interface ".repeat(12)}status`;
  for (const cut of [whole, single]) {
    const said = (line: string) => `${line}\nanswer to ${line.trim().length}\n`;
    for (const wrap of [Infinity, 80, 60, 50]) {
      const { send } = await open({ cut, wrap, answer: said });
      assert.equal(await send(long), `${long}\nanswer to ${long.length}`);
    }
    for (const echo of ["newline", "none"] as const) {
      const { send, channel } = await open({ cut, echo, answer: said });
      assert.equal(channel.echo, echo);
      assert.equal(await send("show a"), "show a\nanswer to 6");
      assert.equal(await send("show bc"), "show bc\nanswer to 7");
      const quiet = await open({ cut, echo, answer: () => "" });
      assert.equal(await quiet.send("show a"), "");
      assert.equal(await quiet.send("show a"), "");
    }
  }
});

Deno.test("What stands above a prompt is no output", async () => {
  for (const above of ["\r\n[edit]\r\n", "{master:0}\r\n", "\r\n"]) {
    for (const cut of [whole, single]) {
      const { send } = await open({ cut, above, answer: () => "a\n\nb\n" });
      assert.equal(await send("x"), "a\n\nb");
      const { send: quiet } = await open({ cut, above, answer: () => "" });
      assert.equal(await quiet("x"), "");
    }
  }
});

Deno.test("An output without a last line feed is whole", async () => {
  for (const cut of [whole, single]) {
    const { send } = await open({ cut, answer: () => "no end" });
    assert.equal(await send("x"), "no end");
    assert.equal(await send("y"), "no end");
  }
});

Deno.test("Pages are turned, and what stops them is not in the output", async () => {
  const pages = ["page 2\n\n", "page 3\n"];
  for (const cut of [whole, single]) {
    const { send } = await open({
      cut,
      answer: () => ({ text: "page 1\n", pages }),
    });
    assert.equal(await send("show long"), "page 1\npage 2\n\npage 3");
  }
});

Deno.test("Questions are answered: expected ones at once, others when the device waits", async () => {
  const answer: LineDeviceOptions["answer"] = (line) =>
    line === "reload"
      ? { ask: "Proceed? [y/n]: ", then: (said) => `said ${said}\n` }
      : line === "erase"
      ? { ask: "Sure? [confirm]", then: (said) => `done ${said.length}\n` }
      : "Sure? [confirm]\nonly text\n";
  for (const cut of [whole, single]) {
    const { send, device } = await open({ cut, answer });
    const answers = givenReplies([{ question: "[y/n]", say: "y" }]);
    assert.equal(
      await send("reload", { answers }),
      "Proceed? [y/n]: y\nsaid y",
    );
    assert.equal(await send("erase"), "Sure? [confirm]\ndone 0");
    const typed = device.typed.length;
    assert.equal(await send("show log"), "Sure? [confirm]\nonly text");
    assert.equal(device.typed.length, typed + 3, "the command and its proof");
  }
});

Deno.test("A question that nobody knows ends in a timeout that says so", async () => {
  const { send } = await open({
    answer: () => ({ ask: "Delete S3cret? ", then: () => "" }),
  }, 80);
  await assert.rejects(send("delete all"), {
    code: "timeout",
    message: /"delete all".*Delete \*{8}\? .*it seems to ask/s,
  });
});

Deno.test("After a timeout the next command finds its own answer", async () => {
  const { send, device } = await open({
    answer: (line, device) => {
      if (line !== "slow") return `${line}\n`;
      return { text: "begins\n", prompt: (device.prompt = "", "") };
    },
  }, 80);
  await assert.rejects(send("slow"), { code: "timeout" });
  device.prompt = "R0#";
  device.say("ends\r\nR0#\r\nR0#");
  assert.equal(await send("show b"), "show b");
  assert.equal(await send("show c"), "show c");
});

Deno.test("A signal ends the wait with its reason, and the session goes on", async () => {
  const { send } = await open({
    answer: (line) =>
      line === "ping" ? { ask: "...", then: () => "x\n" } : "ok\n",
  });
  const stop = new AbortController();
  const asked = send("ping", { signal: stop.signal });
  setTimeout(() => stop.abort(new Error("enough")));
  await assert.rejects(asked, /enough/);
  assert.equal(await send("show"), "ok");
});

Deno.test("A device that goes away says what came last", async () => {
  const { send } = await open({
    answer: () => ({ text: "half an ans", closes: true }),
  });
  await assert.rejects(send("show run"), {
    code: "closed",
    message:
      /closed the connection while waiting for the answer to "show run".*half an ans/s,
  });
  await assert.rejects(send("show run"), { code: "closed" });
});

Deno.test("Messages between commands are kept apart", async () => {
  for (const cut of [whole, single]) {
    const { send, device, channel } = await open({ cut, answer: () => "ok\n" });
    device.say("\r\n*Mar 1: %LINK-3-UPDOWN: down\r\n");
    await new Promise((done) => setTimeout(done, 5));
    assert.equal(await send("show"), "ok");
    assert.deepEqual(channel.unasked, ["*Mar 1: %LINK-3-UPDOWN: down"]);
    assert.equal(await send("show"), "ok");
  }
});

Deno.test("A message in the middle of the echo or the proof cuts nothing", async () => {
  // Not within the prompt at the end of the answer: nobody could know it then.
  for (const at of [...Array(40).keys()].filter((n) => n !== 13 && n !== 14)) {
    let octets = 0;
    let isOn = false;
    const encoder = new TextEncoder();
    const cut: Cut = (all) => {
      if (!isOn) return [all];
      const chunks = cutInto(all, () => 1);
      const position = at - octets;
      octets += all.length;
      if (position >= 0 && position < all.length) {
        chunks.splice(position, 0, encoder.encode("\r\n%LOG: message\r\n"));
      }
      return chunks;
    };
    const { send } = await open({ cut, answer: () => "a1\n" });
    isOn = true;
    const output = await send("show x");
    // What the message cut in two is in two lines; nothing else is lost.
    const rest = output.replace("%LOG: message", "").replace(
      /\s|[R0#]|show x/g,
      "",
    );
    assert.equal(rest, "a1", `at ${at}: ${output}`);
    assert.equal(await send("show y"), "a1", `after ${at}`);
  }
});

Deno.test("A message right behind the prompt, in the same packet, hides it only for a moment", async () => {
  const encoder = new TextEncoder();
  for (const calls of [1, 2, 3, 4, 5, 6]) {
    let n = -1;
    const text = "R0#\r\n%LOG: message\r\n";
    const cut: Cut = (octets) => {
      const said = new TextDecoder().decode(octets);
      if (n < 0 || !said.endsWith("R0#") || ++n !== calls) return [octets];
      return [encoder.encode(said.slice(0, -3) + text)];
    };
    const { send, channel } = await open({ cut, answer: () => "a1\n" });
    n = 0;
    assert.equal(await send("show x"), "a1", `at prompt ${calls}`);
    assert.equal(await send("show y"), "a1", `after prompt ${calls}`);
    if (n >= calls) assert.deepEqual(channel.unasked, ["%LOG: message"]);
  }
});

Deno.test("A new name of the device is learned when it was typed", async () => {
  const { talk, send } = await open({
    answer: (line) =>
      line.startsWith("hostname")
        ? { prompt: `${line.split(" ")[1]}#` }
        : "R9#\n",
  });
  assert.equal(await send("show"), "R9#");
  assert.equal(await send("hostname R9"), "");
  assert.equal(talk.prompt.host, "R9");
  assert.equal(await send("show"), "R9#");
});

Deno.test("Twenty megabytes are read in blocks; a limit keeps the beginning", async () => {
  const text = `${
    "interface GigabitEthernet0/0/0 is up, line protocol is up ".repeat(16)
  }\n`
    .repeat(20_000);
  const cut: Cut = (octets) => cutInto(octets, () => 32_768);
  const { send, talk } = await open({ cut, answer: () => text });
  assert.equal((await send("show tech")).length, text.length - 1);
  const heard = await talk.say("show tech", { proof: true, limit: 1000 });
  assert.deepEqual([heard.output.length, heard.truncated], [1000, true]);
  let taken = 0;
  const { output } = await talk.say("show tech", {
    proof: true,
    onText: (part) => taken += part.length,
  });
  assert.deepEqual([output, taken], ["", text.length]);
});

Deno.test("Hostile octets end in an output or in an error, never in anything else", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(
        "",
        "\x1b[",
        "\x1b]0;",
        "\b\b\b",
        "\r",
        "\x1b[99999999C",
        "\x1b[6n",
      ),
      async (octets, tail) => {
        const text = new TextDecoder("latin1").decode(octets) + tail + "\n";
        const { send } = await open({ cut: single, answer: () => text }, 40);
        const said = await send("show x").catch((error: unknown) => error);
        assert.ok(
          typeof said === "string" ||
            (said as { code?: string }).code === "timeout",
          `${said}`,
        );
      },
    ),
    { numRuns: 60 },
  );
});
