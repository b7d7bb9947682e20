/**
 * What a caller of net.pcap gets wrong is told at once: nothing is read, written
 * or left as it was in silence.
 *
 * @module
 */

import assert from "node:assert/strict";
import { ipv4 } from "../../../lib/packet/layers/ipv4.ts";
import { build } from "../../../lib/packet/build.ts";
import * as pcap from "../../../lib/pcap/mod.ts";

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

/** A capture of two packets. */
async function capture(): Promise<pcap.Capture> {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const file = await pcap.create(writable);
  await file.write(build(ipv4({ dst: "192.0.2.1" })));
  await file.write(build(ipv4({ dst: "192.0.2.2" })));
  await file.close();
  return await pcap.open(await octets);
}

/** A stream that nobody may write to. */
function untouched(): WritableStream<Uint8Array> {
  return new WritableStream({
    write() {
      assert.fail("something was written");
    },
  });
}

const FIELDS = ["ipv4.dst"];

const REFUSED: readonly (readonly [
  name: string,
  message: RegExp,
  run: (capture: pcap.Capture) => unknown,
])[] = [
  [
    "open() an option that is none",
    /Cannot open a capture as "sgnal" is no option: did you mean "signal"\?/,
    () => pcap.open(new Uint8Array(24), wrong({ sgnal: undefined })),
  ],
  [
    "create() a link type in snake case",
    /Cannot create a capture as "link_type" is no option/,
    () => pcap.create(untouched(), wrong({ link_type: 101 })),
  ],
  [
    "create() a format without its name",
    /its options must be an object: current value is "pcapng"/,
    () => pcap.create(untouched(), wrong("pcapng")),
  ],
  [
    "create() a text where true or false belongs",
    /'overwrite' must be true or false: current value is "no"/,
    () => pcap.create("/nowhere/x.pcap", wrong({ overwrite: "no" })),
  ],
  [
    "slice() two numbers",
    /Cannot slice a capture as its options must be an object: current value is 1/,
    (capture) =>
      wrong<(...n: number[]) => void>(capture.slice).call(capture, 1, 2),
  ],
  [
    "slice() what others call its start",
    /"start" is no option\. Try: from, the first packet's number/,
    (capture) => capture.slice(wrong({ start: 2 })),
  ],
  [
    "slice() nothing",
    /its options must be an object: current value is undefined/,
    (capture) => capture.slice(wrong(undefined)),
  ],
  [
    "filter() an async function, whose promise is a yes",
    /'test' must not be async/,
    (capture) =>
      capture.filter(wrong(async () => await Promise.resolve(false))),
  ],
  [
    "writeTo() an option that is none",
    /did you mean "overwrite"\?/,
    (capture) => capture.writeTo(untouched(), wrong({ overwite: true })),
  ],
  [
    "writeTo() true",
    /its options must be an object: current value is true/,
    (capture) => capture.writeTo(untouched(), wrong(true)),
  ],
  [
    "split() one path for all files",
    /'path' must be a function of a file's number/,
    (capture) => capture.split({ packets: 1 }, wrong("part.pcap")),
  ],
  [
    "split() an option that is none",
    /did you mean "overwrite"\?/,
    (capture) =>
      capture.split({ packets: 1 }, () => "", wrong({ overwite: true })),
  ],
  [
    "anonymise() a mistyped payload, which would stay",
    /Cannot anonymise a capture as "payoad" is no option: did you mean "payload"\?/,
    (capture) => pcap.anonymise(capture, wrong({ payoad: "zero" })),
  ],
  [
    "anonymise() a path to write to",
    /its options must be an object: current value is "out.pcap"/,
    (capture) => pcap.anonymise(capture, wrong("out.pcap")),
  ],
  [
    "anonymise() a path",
    /'capture' must be what net\.pcap\.open\(\) gave: current value is "in.pcap"/,
    () => pcap.anonymise(wrong("in.pcap")),
  ],
  [
    "merge() a path to write to",
    /Cannot merge captures as its options must be an object: current value is "out.pcap"/,
    (capture) => pcap.merge([capture], wrong("out.pcap")),
  ],
  [
    "merge() one path, letter by letter",
    /'sources' must be a list of captures, paths or octets: current value is "in.pcap"/,
    () => pcap.merge("in.pcap"),
  ],
  [
    "merge() a format that is none",
    /'format' must be "pcap" or "pcapng": current value is PCAP/,
    (capture) => pcap.merge([capture], wrong({ format: "PCAP" })),
  ],
  [
    "columns() one name",
    /'fields' must be a list such as \["ipv4.src"\]: current value is "ipv4.dst"/,
    (capture) => capture.columns(wrong<never>("ipv4.dst")),
  ],
  [
    "columnBatches() an option that is none",
    /Cannot read columns as "rows" is no option: size/,
    (capture) => pcap.columnBatches(capture, FIELDS, wrong({ rows: 5 })).next(),
  ],
  [
    "countBy() a path",
    /Cannot count packets as 'capture' must be/,
    () => pcap.countBy(wrong("in.pcap"), "ipv4.dst"),
  ],
  [
    "writeCsv() fields before the target",
    /Cannot write CSV as 'fields' must be a list/,
    (capture) => pcap.writeCsv(capture, wrong(FIELDS), wrong("out.csv")),
  ],
  [
    "writeCsv() an option that is none",
    /Cannot write CSV as "overwite" is no option/,
    (capture) =>
      pcap.writeCsv(capture, untouched(), FIELDS, wrong({ overwite: true })),
  ],
  [
    "writeNdjson() an option that is none",
    /Cannot write NDJSON as "overwite" is no option/,
    (capture) =>
      pcap.writeNdjson(capture, untouched(), FIELDS, wrong({ overwite: 1 })),
  ],
  [
    "writeLines() an option that is none",
    /Cannot write lines as "overwite" is no option/,
    (capture) => pcap.writeLines(capture, untouched(), wrong({ overwite: 1 })),
  ],
  [
    "writeArrow() another format, which would be a stream",
    /Cannot write Arrow as 'format' must be "file" or "stream"/,
    (capture) =>
      pcap.writeArrow(
        capture,
        untouched(),
        FIELDS,
        wrong({ format: "feather" }),
      ),
  ],
  [
    "writeArrow() addresses as another word",
    /'addresses' must be "text" or "number": current value is "numbers"/,
    (capture) =>
      pcap.writeArrow(
        capture,
        untouched(),
        FIELDS,
        wrong({ addresses: "numbers" }),
      ),
  ],
  [
    "writeParquet() an option that is none",
    /Cannot write Parquet as "compression" is no option/,
    (capture) =>
      pcap.writeParquet(
        capture,
        untouched(),
        FIELDS,
        wrong({ compression: "zstd" }),
      ),
  ],
  [
    "sql() an option that is none",
    /Cannot ask for rows as "fieldz" is no option: did you mean "fields"\?/,
    (capture) => capture.sql("select 1", wrong({ fieldz: [] })),
  ],
  [
    "sql() one field",
    /Cannot ask for rows as 'fields' must be a list/,
    (capture) => capture.sql("select 1", wrong({ fields: "ipv4.dst" })),
  ],
  [
    "filter() a link type in lower case",
    /Cannot compile a filter as "linktype" is no option: did you mean "linkType"\?/,
    () => pcap.filter("tcp", wrong({ linktype: 101 })),
  ],
];

for (const [name, message, run] of REFUSED) {
  Deno.test(`net.pcap refuses ${name}`, async () => {
    const given = await capture();
    const asked = async () => await run(given);
    await assert.rejects(asked(), { name: "TypeError", message });
  });
}

Deno.test("comments that would be lost are refused, and the packet is not written", async () => {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const file = await pcap.create(writable, { format: "pcapng" });
  const packet = build(ipv4());
  for (
    const [options, message] of [
      [
        { comment: "mine" },
        /"comment" is no option: did you mean "comments"\?/,
      ],
      ["mine", /its options must be an object: current value is "mine"/],
      [{ comments: "mine" }, /'comments' must be a list of texts/],
      [{ comments: [5] }, /'comments' must be a list of texts/],
    ] as const
  ) {
    const error = { name: "TypeError", message };
    await assert.rejects(file.write(packet, wrong(options)), error);
  }
  await file.write(packet, { comments: ["mine"] });
  await file.close();
  assert.equal(await (await pcap.open(await octets)).count(), 1);
});
