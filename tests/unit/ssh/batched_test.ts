import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { batched } from "../../../lib/ssh/batched.ts";

/** Keeps what leaves it, one entry for each packet. */
function wire(): { stream: Duplex; packets: string[] } {
  const packets: string[] = [];
  const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      packets.push(text(chunk));
      done();
    },
    writev(chunks, done) {
      packets.push(chunks.map(({ chunk }) => text(chunk)).join(""));
      done();
    },
  });
  return { stream: batched(stream), packets };
}

const octets = (text: string) => new TextEncoder().encode(text);

Deno.test("Small writes of one turn leave as one packet, those of the next as another", async () => {
  const { stream, packets } = wire();
  for (const one of ["a", "b", "c"]) stream.write(octets(one));
  assert.deepEqual(packets, []);
  await Promise.resolve();
  assert.deepEqual(packets, ["abc"]);
  stream.write(octets("d"));
  await Promise.resolve();
  assert.deepEqual(packets, ["abc", "d"]);
});

Deno.test("A large write, an end and a cut send what waits before them, in order", async () => {
  const large = "x".repeat(5000);
  const one = wire();
  one.stream.write(octets("a"));
  one.stream.write(octets(large));
  assert.equal(one.packets.join(""), `a${large}`);

  const ended = wire();
  ended.stream.write(octets("a"));
  ended.stream.end(octets("b"));
  await new Promise((done) => ended.stream.once("finish", done));
  assert.equal(ended.packets.join(""), "ab");

  const cut = wire();
  cut.stream.write(octets("a"));
  cut.stream.destroy();
  assert.deepEqual(cut.packets, ["a"]);
});
