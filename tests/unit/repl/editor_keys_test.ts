import assert from "node:assert/strict";
import fc from "fast-check";
import {
  KeyDecoder,
  type KeyEvent,
  LONGEST_PASTE,
} from "../../../repl/editor/keys.ts";

const encoder = new TextEncoder();

/** Decodes reads, and waits after the last; text comes as itself in quotes. */
function decode(...reads: (string | Uint8Array)[]): string {
  const decoder = new KeyDecoder();
  const events = reads.flatMap((read) =>
    decoder.push(typeof read === "string" ? encoder.encode(read) : read)
  );
  return show([...events, ...decoder.flush()]);
}

function show(events: readonly KeyEvent[]): string {
  return events.map((event) =>
    event.type === "key"
      ? event.key
      : event.type === "text"
      ? `'${event.text}'`
      : `paste(${JSON.stringify(event.text)})`
  ).join(" ");
}

const KEYS: readonly [octets: string, keys: string][] = [
  ["abc", "'abc'"],
  ["a\rb", "'a' enter 'b'"],
  ["\x01\x02\x1a", "ctrl-a ctrl-b ctrl-z"],
  ["\x00\x08\x09\x0a\x0d\x7f", "ctrl-space ctrl-h tab ctrl-j enter backspace"],
  ["\x1c\x1d\x1e\x1f", "ctrl-\\ ctrl-] ctrl-^ ctrl-_"],
  ["\x1b[A\x1b[B\x1b[C\x1b[D", "up down right left"],
  ["\x1bOA\x1bOB\x1bOC\x1bOD", "up down right left"],
  ["\x1b[H\x1b[F\x1bOH\x1bOF", "home end home end"],
  // The Linux console, screen, rxvt.
  ["\x1b[1~\x1b[4~\x1b[7~\x1b[8~", "home end home end"],
  ["\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "insert delete pageup pagedown"],
  // xterm's modifiers.
  ["\x1b[1;5C\x1b[1;5D", "ctrl-right ctrl-left"],
  ["\x1b[1;3A\x1b[1;2B\x1b[1;6H", "alt-up shift-down ctrl-shift-home"],
  ["\x1b[3;5~\x1b[3;3~", "ctrl-delete alt-delete"],
  ["\x1b[Z", "shift-tab"],
  // rxvt's modifiers.
  ["\x1bOc\x1bOd\x1b[c\x1b[d", "ctrl-right ctrl-left shift-right shift-left"],
  ["\x1b[3^\x1b[3$\x1b[3@", "ctrl-delete shift-delete ctrl-shift-delete"],
  ["\x1b\x1b[A\x1b\x1bOC", "alt-up alt-right"],
  // Alt.
  ["\x1bb\x1bF\x1b.\x1b<", "alt-b alt-f alt-. alt-<"],
  [
    "\x1b\x7f\x1b\x08\x1b\r\x1b\x17",
    "alt-backspace alt-backspace alt-enter ctrl-alt-w",
  ],
  ["\x1bé", "alt-é"],
  // CSI-u and modifyOtherKeys.
  ["\x1b[13;2u\x1b[13;5u\x1b[27;2;13~", "shift-enter ctrl-enter shift-enter"],
  ["\x1b[99;5u\x1b[27;5;99~", "ctrl-c ctrl-c"],
  ["\x1b[98;3u\x1b[9;2u\x1b[127;5u", "alt-b shift-tab ctrl-backspace"],
  ["\x1b[97u\x1b[97;2u\x1b[97:65;2u\x1b[233u", "'a' 'A' 'A' 'é'"],
  ["\x1b[27u\x1b[32;5u\x1b[47;5u", "escape ctrl-space ctrl-/"],
  ["\x1b[97;1:3u\x1b[1;1:3A", ""],
  ["\x1b[57414u\x1b[57404u\x1b[57417;5u", "enter '5' ctrl-left"],
  ["\x1b[57441;2u\x1b[57358u", ""],
  // Answers of terminals, focus, mouse, function keys: swallowed whole.
  ["a\x1b[?62;c\x1b[>0;10;1c\x1b[12;40R\x1b[?2026;2$yb", "'a' 'b'"],
  ["\x1b[I\x1b[O\x1b[<0;10;10M\x1b[15~\x1b[[A\x1bOP", ""],
  ["a\x1b]11;rgb:ff/ff/ff\x07b\x1b]0;x\x1b\\c", "'a' 'b' 'c'"],
  ["a\x1bP1$r0m\x1b\\b\x1b_G;OK\x1b\\c", "'a' 'b' 'c'"],
  // Esc, and what comes too late to belong to it.
  ["\x1b", "escape"],
  ["\x1b\x1b", "escape escape"],
  ["\x1b\x03", "escape ctrl-c"],
  ["\x1b[", "alt-["],
  ["\x1b]", "alt-]"],
  ["\x1b[1;", ""],
  ["\x1b[1\x03x", "ctrl-c 'x'"],
  ["\x1b]11;rgb\rx", "enter 'x'"],
  // Pastes.
  ["\x1b[200~a\rb\r\nc\nd\x1b[201~", 'paste("a\\nb\\nc\\nd")'],
  ["\x1b[200~a\x00\x1b[31m\tb\x7f\x9b\x1b[201~", 'paste("a[31m\\tb")'],
  ["\x1b[200~\x1b[201~", 'paste("")'],
  ["x\x1b[200~\x1b[200~y\x1b[201~z", "'x' paste(\"[200~y\") 'z'"],
  ["\x1b[201~", ""],
  // C1 controls are nothing that anybody types.
  ["a\u009bb", "'a' 'b'"],
];

for (const [octets, keys] of KEYS) {
  Deno.test(`${JSON.stringify(octets)} is ${keys || "nothing"}`, () => {
    assert.equal(decode(octets), keys);
  });
}

Deno.test("it makes no difference where reads are cut", () => {
  const merge = (events: string) => events.replaceAll("' '", "");
  for (const [octets, keys] of KEYS) {
    const all = encoder.encode(octets);
    for (let cut = 1; cut < all.length; cut++) {
      const got = decode(all.slice(0, cut), all.slice(cut));
      assert.equal(
        merge(got),
        merge(keys),
        `${JSON.stringify(octets)} at ${cut}`,
      );
    }
    const single = [...all].map((octet) => Uint8Array.of(octet));
    // In a paste, a lone Ctrl-C means something.
    if (all.includes(3)) continue;
    assert.equal(merge(decode(...single)), merge(keys), JSON.stringify(octets));
  }
});

Deno.test("the decoder says what it waits for", () => {
  const decoder = new KeyDecoder();
  const after = (text: string) => {
    decoder.push(encoder.encode(text));
    return decoder.waiting;
  };
  assert.equal(after("a"), undefined);
  assert.equal(after("\x1b"), "escape");
  assert.equal(after("[1;"), "sequence");
  assert.equal(after("5C"), undefined);
  assert.equal(after("\x1b[200~\x1b"), undefined);
});

Deno.test("Ctrl-C alone ends a paste that the terminal forgot to end", () => {
  assert.equal(decode("\x1b[200~half", "\x03", "x"), "ctrl-c 'x'");
});

Deno.test("a paste too long is counted, and what follows it is typed", () => {
  const decoder = new KeyDecoder();
  const part = encoder.encode("x".repeat(LONGEST_PASTE / 4));
  const events = [encoder.encode("\x1b[200~"), part, part, part, part]
    .flatMap((read) => decoder.push(read));
  assert.deepEqual(events, []);
  assert.deepEqual(decoder.push(encoder.encode("yz\x1b[201~a")), [
    { type: "paste", text: "", dropped: LONGEST_PASTE + 2 },
    { type: "text", text: "a" },
  ]);
});

Deno.test("a terminal's answer without an end is not waited for for ever", () => {
  const decoder = new KeyDecoder();
  decoder.push(encoder.encode("\x1b]52;" + "A".repeat(70_000)));
  assert.equal(decoder.waiting, undefined);
});

Deno.test("Esc before a blank is Alt and space, before a C1 control nothing", () => {
  const decoder = new KeyDecoder();
  assert.deepEqual(decoder.push(encoder.encode("\x1b \x1b\u0080a")), [
    { type: "key", key: "alt-space" },
    { type: "text", text: "a" },
  ]);
});

Deno.test("any octets give text without control characters, whatever the cuts", () => {
  const octets = fc.uint8Array({ maxLength: 60 });
  const likely = fc.constantFrom(..."\x1b[]OP0123456789;~u\x07\\é路\r\x03ab$")
    .map((char) => encoder.encode(char));
  const reads = fc.array(fc.oneof(octets, likely), { maxLength: 30 });
  fc.assert(fc.property(reads, (reads) => {
    const decoder = new KeyDecoder();
    const events = reads.flatMap((read) => decoder.push(read));
    for (const event of [...events, ...decoder.flush()]) {
      if (event.type === "key") assert.match(event.key, /^[^\s\p{Cc}]+$/u);
      else assert.doesNotMatch(event.text, /(?![\n\t])\p{Cc}/u);
    }
  }));
});
