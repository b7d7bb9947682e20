/** The parts of fake devices: the line, the way out, Telnet, words out of patterns. */

import assert from "node:assert/strict";
import { LineInput } from "../../../lib/device/fake/line_input.ts";
import { Outlet } from "../../../lib/device/fake/outlet.ts";
import { moreText, sample } from "../../../lib/device/fake/sample.ts";
import { TelnetReader } from "../../../lib/device/fake/telnet.ts";
import { ALL_PLATFORMS } from "../../../lib/device/platforms/all.ts";
import { loadPlatform } from "../../../lib/device/platforms/load.ts";
import { seeded } from "../../../lib/random.ts";

Deno.test("an outlet delays, cuts into pieces and slows down, and loses nothing", async () => {
  const text = "abcdefgh".repeat(20) + "ü€";
  const pieces: Uint8Array[] = [];
  const ended = Promise.withResolvers<void>();
  const outlet = new Outlet({
    ...{ delay: 5, chunk: 7, slow: 0, cutAfter: Infinity, random: seeded(1) },
  }, {
    write: (octets) => pieces.push(octets),
    end: ended.resolve,
    cut: ended.reject,
  });
  outlet.write(text);
  assert.equal(pieces.length, 0);
  outlet.pause(2);
  outlet.write("!");
  outlet.end();
  await ended.promise;
  assert.ok(pieces.length > 20 && pieces.every((piece) => piece.length <= 7));
  const decoder = new TextDecoder();
  const got = pieces.map((piece) => decoder.decode(piece, { stream: true }));
  assert.equal(got.join(""), `${text}!`);
});

Deno.test("a line is edited as on a terminal", () => {
  const input = new LineInput();
  let shown = "";
  const type = (text: string) =>
    [...text].map((char) => input.type(char, (x) => shown += x)).at(-1);
  assert.deepEqual(type("shoe\x7fw ver\x17run\r"), {
    kind: "line",
    line: "show run",
  });
  assert.deepEqual(type("\n"), undefined);
  assert.deepEqual(type("x\x15y\n"), { kind: "line", line: "y" });
  input.echoes = false;
  shown = "";
  assert.deepEqual(type("se\x7fecret\r"), { kind: "line", line: "secret" });
  assert.equal(shown, "\r\n");
  assert.deepEqual(type("abc\x03"), { kind: "interrupt" });
  assert.equal(input.text, "");
});

Deno.test("Telnet's commands are told from what is typed, wherever they are cut", () => {
  const octets = Uint8Array.of(
    ...[255, 253, 1, 97, 255, 255, 98, 255, 250, 31, 0, 132, 0, 50, 255, 240],
    ...[255, 251, 24, 99, 255, 241, 13, 0],
  );
  for (const size of [1, 2, 3, 5, 100]) {
    const typed: number[] = [];
    const replies: number[][] = [];
    const sizes: number[][] = [];
    const reader = new TelnetReader({
      data: (some) => typed.push(...some),
      reply: (some) => replies.push([...some]),
      resize: (...one) => sizes.push(one),
    });
    for (let at = 0; at < octets.length; at += size) {
      reader.push(octets.subarray(at, at + size));
    }
    assert.deepEqual(typed, [97, 255, 98, 99, 13, 0]);
    assert.deepEqual(replies, [[255, 254, 24]]);
    assert.deepEqual(sizes, [[132, 50]]);
  }
});

Deno.test("sample() makes what a platform's expressions match", async () => {
  for (const name of Object.keys(ALL_PLATFORMS)) {
    const { login, modes, paging, questions, open } = await loadPlatform(name);
    const answers = [
      ...questions,
      ...[
        ...open,
        ...Object.values(modes).flatMap(({ to = {} }) =>
          Object.values(to).flat()
        ),
      ].flatMap((step) => step.answers ?? []),
    ].map(({ question }) => question);
    for (
      const source of [login.username, login.password, login.failed, ...answers]
    ) {
      assert.match(sample(source), new RegExp(source), `${name}: ${source}`);
    }
    if (paging !== undefined) {
      assert.match(moreText(paging.more), new RegExp(paging.more), name);
    }
  }
});
