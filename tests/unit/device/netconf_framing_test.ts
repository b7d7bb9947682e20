import assert from "node:assert/strict";
import { Deframer, frame } from "../../../lib/device/netconf/framing.ts";
import {
  hasBase,
  hasCapability,
} from "../../../lib/device/netconf/capabilities.ts";

const encoder = new TextEncoder();

/** Feeds octets in slices; the first message switches to chunks if asked. */
function messages(
  octets: Uint8Array,
  slice: number,
  chunks: boolean,
): string[] {
  const found: string[] = [];
  const deframer = new Deframer(1_000, (text) => {
    found.push(text);
    if (chunks) deframer.useChunks();
  });
  for (let at = 0; at < octets.length; at += slice) {
    deframer.feed(octets.subarray(at, at + slice));
  }
  return found;
}

const TEXTS = ["<hello/>", "", "]]>]]", "a]]]>]]é😀", "\n##\n", "]]>]]x>"];

Deno.test("messages of 1.0 are told apart by their end, wherever they are cut", () => {
  const octets = encoder.encode(TEXTS.map((text) => `${text}]]>]]>`).join(""));
  for (let slice = 1; slice < octets.length; slice++) {
    assert.deepEqual(messages(octets, slice, false), TEXTS, `${slice}`);
  }
});

Deno.test("chunks begin right behind the hello, wherever they are cut", () => {
  const rest = TEXTS.filter((text) => text !== "");
  const parts = [
    frame("<hello/>", "end-of-message"),
    ...rest.map((text) => frame(text, "chunked")),
    encoder.encode("\n#3\n<a>\n#1\nx\n#4\n</a>\n##\n"),
  ];
  const octets = new Uint8Array(parts.flatMap((part) => [...part]));
  for (let slice = 1; slice < octets.length; slice++) {
    assert.deepEqual(
      messages(octets, slice, true),
      ["<hello/>", ...rest, "<a>x</a>"],
      `${slice}`,
    );
  }
});

Deno.test("chunks that are none are refused, with the place", () => {
  const wrong: [octets: string, offset: number, says: RegExp][] = [
    ["x", 0, /no chunk begins/],
    ["\nx", 1, /no chunk begins/],
    ["\n#0\n", 2, /size is malformed/],
    ["\n#x\n", 2, /size is malformed/],
    ["\n#4294967296\n", 12, /size is malformed/],
    ["\n#12345678901\n", 12, /size is malformed/],
    ["\n##\n", 3, /without chunks/],
    ["\n#1\na\n###", 8, /size is malformed/],
    ["\n#1\n\xff\n##\n", 8, /not UTF-8/],
  ];
  for (const [text, offset, message] of wrong) {
    const octets = Uint8Array.from(text, (one) => one.charCodeAt(0));
    const deframer = new Deframer(1_000, () => {});
    deframer.useChunks();
    assert.throws(
      () => deframer.feed(octets),
      { name: "DecodeError", offset, message },
      text,
    );
  }
});

Deno.test("a message has a largest size, however it comes", () => {
  const large = encoder.encode("x".repeat(1_001));
  const ended = new Deframer(1_000, () => {});
  assert.throws(() => ended.feed(large), /more than 1000 octets/);
  const chunked = new Deframer(1_000, () => {});
  chunked.useChunks();
  const one = encoder.encode(`\n#600\n${"x".repeat(600)}`);
  chunked.feed(one);
  assert.throws(() => chunked.feed(one), /more than 1000 octets/);
});

Deno.test("capabilities are known by name and least version, old spellings too", () => {
  const all = [
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:xml:ns:netconf:base:1.1?module=x",
    "urn:ietf:params:xml:ns:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:url:1.0?scheme=ftp",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
  ];
  assert.ok(hasBase(all, "1.0") && hasBase(all, "1.1"));
  assert.ok(!hasBase(all.slice(0, 1), "1.1"));
  assert.ok(hasCapability(all, "candidate") && hasCapability(all, "url"));
  assert.ok(hasCapability(all, "confirmed-commit"));
  assert.ok(!hasCapability(all, "confirmed-commit:1.1"));
  assert.ok(!hasCapability(all, "startup"));
});
