/** Scans read from every capture what its packets say, field by field. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import {
  type FieldPath,
  fieldPaths,
  resolveField,
} from "../../lib/packet/fields.ts";
import type { Frame } from "../../lib/packet/frame.ts";
import { Packet } from "../../lib/packet/packet.ts";
import { Scan } from "../../lib/packet/scan.ts";
import { eagerDecoder } from "../../lib/packet/scan_eager.ts";
import type { ScanSource } from "../../lib/packet/scan_source.ts";
import { LAYERS } from "../../lib/packet/stack.ts";
import { plain } from "../../lib/packet/value.ts";
import { open } from "../../lib/pcap/mod.ts";
import { captures } from "./corpus.ts";

const ignore = captures.length === 0;

/** One packet of a capture. */
interface Known {
  readonly name: string;
  readonly number: number;
  readonly frame: Frame;
  readonly packet: Packet;
}

/** Every packet of every capture, as it lies in its buffer. */
async function corpus(): Promise<Known[]> {
  const known: Known[] = [];
  for (const { name, path } of captures) {
    try {
      for await (const records of (await open(path)).records("keep")) {
        while (records.next()) {
          const frame = records.frame();
          const packet = new Packet(frame);
          known.push({ name, number: records.number, frame, packet });
        }
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return known;
}

let read: Promise<Known[]> | undefined;
const packets = () => read ??= corpus();

/** The packets that lie in one buffer, as a cursor goes through them. */
function* cursors(known: readonly Known[]): Generator<ScanSource> {
  for (let from = 0; from < known.length;) {
    const { octets, view } = known[from]!.frame;
    let to = from;
    while (known[to]?.frame.octets === octets) to++;
    let at = from - 1;
    const source = {
      octets,
      view,
      next(): boolean {
        if (++at >= to) return false;
        Object.assign(source, known[at]!.frame, { number: known[at]!.number });
        return true;
      },
      frame: () => known[at]!.frame,
    } as ScanSource & { next(): boolean };
    yield source;
    from = to;
  }
}

/** Few, so that columns get full within a buffer, and are filled again. */
const CAPACITY = 24;

/** Compares what a scan reads with what packets say. */
function compare(known: readonly Known[], paths: readonly FieldPath[]): void {
  const scan = new Scan(paths);
  assert.ok(scan.isCompiled, "it has a function of its own");
  const columns = scan.room(CAPACITY);
  let seen = 0;
  for (const source of cursors(known)) {
    let rows: number;
    do {
      for (const column of columns) column.clear();
      rows = scan.fill(source, columns, 0, CAPACITY);
      for (let row = 0; row < rows; row++) {
        const { name, number, packet } = known[seen++]!;
        columns.forEach((column, at) => {
          const ours = column.at(row);
          const theirs = paths[at]!.read(packet, number);
          if (isSame(ours, theirs)) return;
          const path = paths[at]!.path;
          assert.fail(`${name} ${number} ${path}: ${ours}, packet: ${theirs}`);
        });
      }
    } while (rows === CAPACITY);
  }
  assert.equal(seen, known.length);
}

function isSame(ours: unknown, theirs: unknown): boolean {
  if (ours === undefined || theirs === undefined || ours === theirs) {
    return ours === theirs;
  }
  return typeof theirs === "object" &&
    JSON.stringify(plain(ours)) === JSON.stringify(plain(theirs));
}

Deno.test({
  name: "a scan of every field reads what packets say",
  ignore,
  async fn() {
    const known = await packets();
    assert.ok(known.length > 5000);
    compare(known, fieldPaths().map(resolveField));
  },
});

Deno.test({
  name: "a scan that walks no farther than it must reads the same",
  ignore,
  async fn() {
    const known = await packets();
    for (const { name } of LAYERS) {
      const paths = fieldPaths()
        .filter((path) => path === name || path.startsWith(`${name}.`))
        .concat(`${name}.offset`, `${name}.headerLength`)
        .map(resolveField);
      compare(known, paths);
    }
  },
});

Deno.test({
  name: "decoding at once gives what packets say",
  ignore,
  async fn() {
    const decode = eagerDecoder();
    const known = await packets();
    let at = 0;
    for (const source of cursors(known)) {
      while (source.next()) {
        const { name, number, packet } = known[at++]!;
        const ours = decode(source);
        assert.equal(ours.number, number);
        assert.equal(ours.time, packet.time);
        assert.equal(ours.error, packet.error?.message);
        assert.equal(ours.payload.toHex(), packet.payload.toHex());
        assert.deepEqual(
          ours.layers.map((layer) => plain(layer)),
          packet.layers.map((layer) => layer.toJSON()),
          `${name} ${number}`,
        );
      }
    }
  },
});

Deno.test({
  name: "a filtered capture is scanned as far as it goes, its numbers kept",
  ignore,
  async fn() {
    await using capture = await open(captures[0]!.path);
    const wanted: number[] = [];
    let number = 0;
    for await (const { length } of capture) {
      number++;
      if (length > 100) wanted.push(number);
    }
    const numbers: unknown[] = [];
    const scan = new Scan([resolveField("frame.number")]);
    const columns = scan.room(7);
    const long = capture.filter(({ length }) => length > 100);
    for await (const records of long.records()) {
      let rows: number;
      do {
        rows = scan.fill(records, columns, 0, 7);
        for (let row = 0; row < rows; row++) numbers.push(columns[0]!.at(row));
      } while (rows === 7);
    }
    assert.deepEqual(numbers, wanted);
  },
});
