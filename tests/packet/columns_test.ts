/**
 * Captures as tables: in memory, and as files that other programs read. Arrow is
 * read back by Apache's own library, Parquet by hyparquet, and by DuckDB where it
 * may be loaded (`--allow-ffi`).
 */

import assert from "node:assert/strict";
import { parquetReadObjects } from "hyparquet";
import { type Table, tableFromIPC } from "apache-arrow";
import { DecodeError } from "../../lib/errors.ts";
import { findField, resolveField } from "../../lib/packet/fields.ts";
import {
  arp,
  build,
  dns,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  tcp,
  udp,
  vlan,
} from "../../lib/packet/mod.ts";
import { plain } from "../../lib/packet/value.ts";
import { writeArrow } from "../../lib/pcap/arrow.ts";
import { columnBatches, columns, countBy } from "../../lib/pcap/columns.ts";
import { decodeAll } from "../../lib/pcap/columns_plain.ts";
import { writeCsv, writeNdjson } from "../../lib/pcap/columns_text.ts";
import { type Capture, open } from "../../lib/pcap/mod.ts";
import { writeParquet } from "../../lib/pcap/parquet.ts";
import { sql } from "../../lib/pcap/sql.ts";
import { captures, pcap, say } from "./corpus.ts";

const mac = { src: "02:00:00:00:00:01", dst: "02:00:00:00:00:02" };
const v4 = { src: "192.0.2.1", dst: "198.51.100.255" };

/** Packets of several kinds; the last one's IP header is cut short. */
const PACKETS: readonly Packet[] = [
  build(
    ethernet(mac),
    ipv4(v4),
    tcp({ srcPort: 65535, dstPort: 443, seq: 0xffffffff, flags: ["SYN"] }),
  ),
  build(
    ethernet(mac),
    vlan({ id: 7 }),
    ipv6({ src: "2001:db8::1", dst: "::ffff:192.0.2.1" }),
    tcp({ flags: ["SYN", "ACK"], options: [{ kind: "mss", mss: 1460 }] }),
    "hello",
  ),
  build(
    ethernet(mac),
    ipv4(v4),
    udp({ dstPort: 53 }),
    dns({ id: 5, questions: [{ name: "example.com", type: "A" }] }),
  ),
  build(ethernet(mac), arp({ senderIp: "192.0.2.1", targetIp: "192.0.2.2" })),
  build(ethernet({ ...mac, type: 0x0800 }), Uint8Array.of(0x45, 1, 2)),
];

const FIELDS = [
  "frame.number",
  "frame.time",
  "frame.length",
  "frame.error",
  "ethernet.src",
  "vlan",
  "ipv4.src",
  "ipv4.dst",
  "ipv6.dst",
  "tcp",
  "tcp.srcPort",
  "tcp.seq",
  "tcp.flags",
  "tcp.flags.ACK",
  "tcp.options",
  "udp.dstPort",
  "dns.questions",
  "payload.octets",
] as const;

const PATHS = FIELDS.map((field) => resolveField(field));

/** More than fill a batch of columns, so that what is carried over is seen. */
const ROUNDS = 3000;

const many = Array.from({ length: ROUNDS }, () => PACKETS).flat();
const file = pcap(1, many);
const made = (): Promise<Capture> => open(file);

/** What packets say, one row a packet; `null` for what they lack. */
async function wanted(capture: Capture): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  let number = 0;
  for await (const packet of capture) {
    number++;
    rows.push(PATHS.map((path) => path.read(packet, number) ?? null));
  }
  return rows;
}

/** Collects what is written to a stream. */
async function written(
  write: (target: WritableStream<Uint8Array>) => Promise<number>,
): Promise<{ octets: Uint8Array<ArrayBuffer>; rows: number }> {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const rows = await write(writable);
  return { octets: await octets, rows };
}

Deno.test("columns hold what packets say, whole and in batches", async () => {
  const rows = (await wanted(await made())).map((row) => row.map(json));
  const whole = await columns(await made(), FIELDS);
  FIELDS.forEach((field, at) => {
    assert.equal(whole[field].length, many.length);
    assert.deepEqual(whole[field].toJSON(), rows.map((row) => row[at]), field);
  });
  let from = 0;
  for await (
    const batch of columnBatches(await made(), FIELDS, { size: 999 })
  ) {
    const { length } = batch["tcp.seq"];
    assert.ok(length === 999 || from + length === many.length);
    FIELDS.forEach((field, at) => {
      const part = rows.slice(from, from + length).map((row) => row[at]);
      assert.deepEqual(batch[field].toJSON(), part, field);
    });
    from += length;
  }
  assert.equal(from, many.length);
});

function json(value: unknown): unknown {
  return value === null ? null : plain(value);
}

Deno.test({
  name: "columns of every capture hold what its packets say",
  ignore: captures.length === 0,
  async fn() {
    for (const { name, path } of captures) {
      try {
        const whole = await columns(await open(path), FIELDS);
        const rows = await wanted(await open(path));
        FIELDS.forEach((field, at) =>
          assert.deepEqual(
            whole[field].toJSON(),
            rows.map((row) => json(row[at])),
            `${name} ${field}`,
          )
        );
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
    }
  },
});

Deno.test("countBy() counts the packets that have a field, by its value", async () => {
  const capture = await made();
  const count = (field: string) => countBy(capture, field);
  assert.deepEqual([...await count("ipv4.dst")], [[
    "198.51.100.255",
    2 * ROUNDS,
  ]]);
  assert.deepEqual([...await count("ipv6.dst")], [[
    "::ffff:192.0.2.1",
    ROUNDS,
  ]]);
  assert.deepEqual([...await count("ethernet.src")], [[mac.src, 5 * ROUNDS]]);
  assert.deepEqual([...await count("udp")], [
    [false, 4 * ROUNDS],
    [true, ROUNDS],
  ]);
  assert.deepEqual(
    new Set(await count("tcp.flags")),
    new Set([["SYN", ROUNDS], ["SYN ACK", ROUNDS]]),
  );
  assert.deepEqual(
    [...await countBy(capture.filter("udp"), "udp.dstPort")],
    [[53, ROUNDS]],
  );
  await assert.rejects(count("tcp.dport"), /Did you mean tcp\.dstPort\?/);
});

Deno.test("countBy() counts as many different values as there are", async () => {
  const packets = Array.from(
    { length: 5000 },
    (_, n) =>
      build(ipv4({ src: `10.0.${n >> 8}.${n & 255}`, dst: "10.1.0.0" }), "x"),
  );
  const counts = await countBy(await open(pcap(101, packets)), "ipv4.src");
  assert.equal(counts.size, 5000);
  assert.ok([...counts.values()].every((count) => count === 1));
});

Deno.test("decodeAll() gives every packet, numbered", async () => {
  let number = 0;
  for await (const packets of decodeAll(await made())) {
    for (const packet of packets) {
      const theirs = many[number]!;
      assert.equal(packet.number, ++number);
      assert.deepEqual(
        packet.layers.map(({ name }) => name),
        theirs.layers.map(({ name }) => name),
      );
    }
  }
  assert.equal(number, many.length);
});

Deno.test("CSV has a line a packet, and quotes what it must", async () => {
  const capture = await made();
  const { octets, rows } = await written((to) => writeCsv(capture, to, FIELDS));
  assert.equal(rows, many.length);
  const lines = new TextDecoder().decode(octets).split("\n");
  assert.equal(lines.length, many.length + 2);
  assert.equal(lines[0], FIELDS.join(","));
  assert.equal(
    lines[1],
    "1,1970-01-01T00:00:00.000000Z,54,,02:00:00:00:00:01,false,192.0.2.1," +
      "198.51.100.255,,true,65535,4294967295,SYN,false,[],,,",
  );
  assert.ok(lines[2]!.includes(',"[{""kind"":""mss"",""mss"":1460}]",'));
  assert.ok(lines[5]!.includes('"Cannot decode ipv4: cut short at octet 14, '));
  assert.ok(lines[2]!.endsWith(",68656c6c6f"));
});

Deno.test("NDJSON has an object a packet, with null for what it lacks", async () => {
  const capture = await made();
  const { octets } = await written((to) => writeNdjson(capture, to, FIELDS));
  const lines = new TextDecoder().decode(octets).trimEnd().split("\n");
  const rows = await wanted(await made());
  assert.equal(lines.length, rows.length);
  lines.forEach((line, at) => {
    const theirs = rows[at]!.map((value) =>
      value instanceof Temporal.Instant
        ? value.toString({ smallestUnit: "microsecond" })
        : json(value)
    );
    assert.deepEqual(Object.values(JSON.parse(line)), theirs);
    assert.deepEqual(Object.keys(JSON.parse(line)), FIELDS);
  });
});

/** What a table has for a field that a packet says. */
function cell(field: string, value: unknown, asText: boolean): unknown {
  if (value === null) return null;
  const { kind } = findField(field)!;
  switch (kind) {
    case "time":
      return (value as Temporal.Instant).epochNanoseconds;
    case "octets":
      return (value as Uint8Array).toHex();
    case "ipv4":
    case "ipv6":
      if (asText) return String(value);
      return kind === "ipv4"
        ? (value as { toBigint(): bigint }).toBigint()
        : (value as { toBytes(): Uint8Array }).toBytes().toHex();
    case "mac":
      return asText ? value : BigInt(`0x${`${value}`.replaceAll(":", "")}`);
    case "value":
      return typeof value === "string" ? value : JSON.stringify(plain(value));
    case "unsigned":
      return BigInt(value as number);
    default:
      return value;
  }
}

/** Numbers as one kind, octets as digits: readers differ there. */
function simple(value: unknown): unknown {
  if (typeof value === "number") return BigInt(value);
  if (value instanceof Uint8Array) return value.toHex();
  return value ?? null;
}

const FORMS = ["text", "number"] as const;

for (const format of ["file", "stream"] as const) {
  Deno.test(`an Arrow ${format} is read by Apache's library as it was written`, async () => {
    for (const addresses of FORMS) {
      const capture = await made();
      const { octets } = await written((to) =>
        writeArrow(capture, to, FIELDS, { format, addresses })
      );
      const table: Table = tableFromIPC(octets);
      assert.equal(table.numRows, many.length);
      const rows = await wanted(await made());
      FIELDS.forEach((field, at) => {
        const column = table.getChild(field)!;
        for (let row = 0; row < rows.length; row += row < 20 ? 1 : 997) {
          let ours = column.get(row);
          // A list is a vector of its own; a time is given in milliseconds.
          if (field === "tcp.flags" && ours) ours = [...ours];
          let theirs = cell(field, rows[row]![at], addresses === "text");
          if (field === "frame.time") theirs = 0n;
          assert.deepEqual(simple(ours), theirs, `${field} ${row}`);
        }
      });
    }
  });
}

Deno.test("a Parquet file is read by hyparquet as it was written", async () => {
  for (const addresses of FORMS) {
    const capture = await made();
    const { octets } = await written((to) =>
      writeParquet(capture, to, FIELDS, { addresses })
    );
    const read = await parquetReadObjects({ file: octets.buffer, utf8: false });
    const rows = await wanted(await made());
    assert.equal(read.length, rows.length);
    for (let row = 0; row < rows.length; row += row < 20 ? 1 : 997) {
      FIELDS.forEach((field, at) => {
        let ours: unknown = read[row]![field];
        if (ours instanceof Date) ours = BigInt(ours.getTime()) * 1_000_000n;
        const theirs = cell(field, rows[row]![at], addresses === "text");
        assert.deepEqual(simple(ours), theirs, `${field} ${row}`);
      });
    }
  }
});

const ffi = await Deno.permissions.query({ name: "ffi" });
if (ffi.state !== "granted") say("skip: DuckDB may not load: --allow-ffi");

Deno.test({
  name: "sql() asks DuckDB of the fields that the query names",
  ignore: ffi.state !== "granted",
  async fn() {
    const { columns, rows } = await sql(
      await made(),
      `select p.ipv4.src, count(*) as n, sum(frame.length) as octets,
         max(tcp.seq) as seq, any_value(tcp.flags) as flags
       from packets p where tcp.flags.SYN and 'udp.dstPort' <> '' group by all order by n`,
    );
    assert.deepEqual(columns, ["ipv4.src", "n", "octets", "seq", "flags"]);
    assert.deepEqual(rows.map(({ n }) => n), [ROUNDS, ROUNDS]);
    const four = rows.find((row) => row["ipv4.src"] === "192.0.2.1");
    assert.deepEqual(four, {
      "ipv4.src": "192.0.2.1",
      n: ROUNDS,
      octets: 54 * ROUNDS,
      seq: 0xffffffff,
      flags: ["SYN"],
    });
    await assert.rejects(sql(await made(), "select tcp.dport from packets"), {
      code: "refused",
      hint: "tcp.dstPort",
    });
  },
});

Deno.test({
  name: "DuckDB reads the Parquet file as it was written",
  ignore: ffi.state !== "granted",
  async fn() {
    const path = await Deno.makeTempFile({ suffix: ".parquet" });
    try {
      await writeParquet(await made(), path, FIELDS, { overwrite: true });
      const { rows } = await sql(
        await made(),
        `select typeof("frame.time") as t, typeof("tcp.flags") as f, count(*) as n,
           count("tcp.seq") as seqs, max("tcp.seq") as seq, min("ethernet.src") as mac
         from read_parquet('${path}') group by all`,
      );
      assert.deepEqual(rows, [{
        t: "TIMESTAMP WITH TIME ZONE",
        f: "VARCHAR[]",
        n: many.length,
        seqs: 2 * ROUNDS,
        seq: 0xffffffff,
        mac: mac.src,
      }]);
    } finally {
      await Deno.remove(path);
    }
  },
});
