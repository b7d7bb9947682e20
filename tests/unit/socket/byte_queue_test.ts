import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteQueue } from "../../../lib/socket/byte_queue.ts";
import { least } from "../../clock.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The lines that the queue gives, and what is left without a line end. */
function linesOf(queue: ByteQueue, max = 1000): (string | null)[] {
  const lines: (string | null)[] = [];
  while (true) {
    const line = queue.takeLine(max);
    if (line === undefined) return lines;
    lines.push(line && decode(line));
    if (line === null) return lines;
  }
}

Deno.test("takeLine() ends a line at LF, and leaves out a CR right before it", () => {
  for (
    const [text, lines, rest] of [
      ["a\nb\r\nc", ["a", "b"], "c"],
      ["\n\r\n", ["", ""], ""],
      ["a\rb\n", ["a\rb"], ""],
      ["a\r\r\n", ["a\r"], ""],
      ["a\r", [], "a\r"],
      ["", [], ""],
    ] as const
  ) {
    const queue = new ByteQueue();
    queue.push(encode(text));
    assert.deepEqual(linesOf(queue), lines, JSON.stringify(text));
    assert.equal(decode(queue.takeAll()), rest);
    assert.equal(queue.size, 0);
  }
});

Deno.test("takeLine() takes a line of exactly max octets and no longer one", () => {
  for (const end of ["\n", "\r\n"]) {
    const exact = new ByteQueue();
    exact.push(encode("12345" + end));
    assert.deepEqual(linesOf(exact, 5), ["12345"]);
    const longer = new ByteQueue();
    longer.push(encode("123456" + end));
    assert.deepEqual(linesOf(longer, 5), [null]);
    assert.equal(longer.size, 6 + end.length, "nothing is taken");
  }
});

Deno.test("takeLine() does not wait for the end of a line that is too long already", () => {
  const queue = new ByteQueue();
  queue.push(encode("12345\r"));
  assert.equal(queue.takeLine(5), undefined, "the LF may still come");
  queue.push(encode("6"));
  assert.equal(queue.takeLine(5), null);
});

Deno.test("the same lines come out however the octets were cut into chunks", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({
          unit: fc.constantFrom("a", "é", "\r", "\n", "\r\n"),
          maxLength: 8,
        }),
        { maxLength: 12 },
      ),
      (chunks) => {
        const whole = new ByteQueue();
        whole.push(encode(chunks.join("")));
        const cut = new ByteQueue();
        const lines: (string | null)[] = [];
        for (const chunk of chunks) {
          // A character may be cut too: push octet by octet.
          for (const octet of encode(chunk)) cut.push(Uint8Array.of(octet));
          lines.push(...linesOf(cut));
        }
        assert.deepEqual(lines, linesOf(whole));
        assert.deepEqual(cut.takeAll(), whole.takeAll());
      },
    ),
  );
});

Deno.test("no order of takes loses, doubles or moves an octet", () => {
  const take = fc.oneof(
    fc.record({ take: fc.constant("chunk" as const) }),
    fc.record({ take: fc.constant("line" as const) }),
    fc.record({ take: fc.nat(9) }),
    fc.record({ push: fc.uint8Array({ min: 8, max: 12, maxLength: 9 }) }),
  );
  fc.assert(
    fc.property(fc.array(take, { minLength: 60, maxLength: 80 }), (steps) => {
      const queue = new ByteQueue();
      const into: number[] = [];
      const out: number[] = [];
      for (const step of steps) {
        if ("push" in step) {
          into.push(...step.push);
          queue.push(step.push);
        } else if (step.take === "chunk") {
          out.push(...queue.takeChunk() ?? []);
        } else if (step.take === "line") {
          // No 13 goes in, so the end of each line is one LF.
          const line = queue.takeLine(1e6);
          if (line) out.push(...line, 10);
        } else {
          out.push(...queue.take(step.take) ?? []);
        }
        assert.equal(queue.size, into.length - out.length);
      }
      assert.deepEqual([...out, ...queue.takeAll()], into);
    }),
  );
});

Deno.test("take() gives octets that later writes into the chunk do not change", () => {
  const queue = new ByteQueue();
  const chunk = Uint8Array.of(1, 2, 3, 4);
  queue.push(chunk);
  const taken = queue.take(2)!;
  chunk.fill(9);
  assert.deepEqual(taken, Uint8Array.of(1, 2));
  assert.equal(taken.buffer.byteLength, 2);
});

Deno.test("a queue of thousands of chunks drops those that were taken, and knows where it is", () => {
  const queue = new ByteQueue();
  for (let i = 0; i < 3000; i++) queue.push(Uint8Array.of(97));
  assert.equal(queue.takeLine(1e6), undefined);
  assert.equal(queue.take(2000)!.length, 2000);
  queue.push(encode("b\nc"));
  assert.equal(decode(queue.takeLine(1e6)!), "a".repeat(1000) + "b");
  assert.equal(decode(queue.takeAll()), "c");
});

Deno.test("a line that comes in 100,000 chunks of one octet is found in linear time", () => {
  const ms = least(2000, () => {
    const queue = new ByteQueue();
    for (let i = 0; i < 100_000; i++) {
      queue.push(Uint8Array.of(97));
      queue.takeLine(1e6);
    }
    queue.push(Uint8Array.of(10));
    assert.equal(queue.takeLine(1e6)?.length, 100_000);
  });
  // Quadratic would be 5e9 looks; linear is some 20 ms.
  assert.ok(ms < 2000, `${ms} ms`);
});
