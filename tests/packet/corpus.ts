/** The recordings that the packet tests read, and the programs they ask. */

import { DecodeError } from "../../lib/errors.ts";
import type { Packet } from "../../lib/packet/mod.ts";
import { open } from "../../lib/pcap/mod.ts";

const PCAPS = new URL("../../../shared/data/pcaps/", import.meta.url);

/** The captures there are; none, with the reason printed, where there is no folder. */
export const captures: readonly { name: string; path: string }[] = list();

function list() {
  try {
    return Array.from(Deno.readDirSync(PCAPS), ({ name }) => name)
      .filter((name) => /\.pcap(ng)?$/.test(name))
      .sort()
      .map((name) => ({ name, path: new URL(name, PCAPS).pathname }));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`skip: no captures in ${PCAPS.pathname}`);
    return [];
  }
}

/** Whether a program is there to ask; if not, the reason is printed. */
export function installed(program: string): boolean {
  try {
    new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`skip: ${program} is not installed`);
    return false;
  }
}

/** Prints a line, past the capture of the test runner's reporter. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** Runs a program to its end, with octets on its standard input. */
export async function run(
  program: string,
  args: readonly string[],
  input?: Uint8Array,
): Promise<{ stdout: Uint8Array<ArrayBuffer>; stderr: string }> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const fed = input === undefined ? undefined : feed(child.stdin, input);
  const { stdout, stderr } = await child.output();
  await fed;
  return { stdout, stderr: new TextDecoder().decode(stderr) };
}

async function feed(
  stdin: WritableStream<Uint8Array>,
  octets: Uint8Array,
): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(octets);
    await writer.close();
  } catch {
    // A program that has read enough closes its end.
  }
}

/** Does something for each, so many at a time. */
export async function each<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const item of queue) await work(item);
  }));
}

/** A capture file: tcpdump_test.ts has shown that the octets are right. */
export function pcap(
  linkType: number,
  packets: readonly Pick<Packet, "bytes" | "length">[],
): Uint8Array {
  const size = packets.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, 262_144, linkType]
    .forEach((word, i) => view.setUint32(i * 4, word));
  let at = 24;
  for (const { bytes, length } of packets) {
    view.setUint32(at + 8, bytes.length);
    view.setUint32(at + 12, length);
    octets.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return octets;
}

/** A packet with its place in a capture. */
export interface Numbered {
  readonly capture: string;
  readonly number: number;
  readonly packet: Packet;
}

/** All packets of all captures, by what they start with. */
export async function packetsByLinkType(): Promise<Map<number, Numbered[]>> {
  const byLinkType = new Map<number, Numbered[]>();
  for (const { name, path } of captures) {
    try {
      let number = 0;
      for await (const packet of await open(path)) {
        const same = byLinkType.get(packet.linkType) ?? [];
        same.push({ capture: name, number: ++number, packet });
        byLinkType.set(packet.linkType, same);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return byLinkType;
}
