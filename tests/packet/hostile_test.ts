/** Real packets cut short and changed at random: nothing throws, nothing lies. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../lib/errors.ts";
import { decode, type Packet } from "../../lib/packet/mod.ts";
import { open } from "../../lib/pcap/mod.ts";
import { captures, say } from "./corpus.ts";

const ignore = captures.length === 0;

/** Link types whose packets have layers that we know. */
const KNOWN = new Set([0, 1, 101, 108, 113, 228, 229]);

/** Every packet of known link type in the corpus. */
async function corpus(): Promise<Packet[]> {
  const packets: Packet[] = [];
  for (const { path } of captures) {
    try {
      for await (const packet of await open(path)) {
        if (KNOWN.has(packet.linkType)) packets.push(packet);
      }
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return packets;
}

/** Layers that are cut where their own lengths say that more should follow. */
const STATED = new Set([
  ...["ethernet", "vlan", "sll", "loopback"],
  ...["ipv4", "ipv6", "tcp", "udp"],
]);

/**
 * Layers in which the number of octets that are left tells what they are: NTP's
 * authenticator (RFC 7822 §3), the tag of a QUIC Retry (RFC 9000 §17.2.5), a
 * Syslog header that is text where it does not fit (RFC 3164 §4.3). Cut, they
 * may be something else.
 */
const BY_WHAT_IS_LEFT = new Set(["ntp", "quic", "syslog"]);

/**
 * Checks that a header that was cut says nothing but what the whole one says:
 * the same in fixed fields, the first items of lists, the start of octets.
 */
function isPart(cut: unknown, whole: unknown, path = ""): void {
  // Where nothing is left there may be none of what the whole has otherwise.
  if (cut === "" && whole === undefined) return;
  if (Array.isArray(cut) && Array.isArray(whole)) {
    assert.ok(cut.length <= whole.length, path);
    cut.forEach((one, i) => {
      const last = i === cut.length - 1;
      if (last) isPart(one, whole[i], `${path}[${i}]`);
      else assert.deepEqual(one, whole[i], path);
    });
  } else if (typeof cut === "object" && cut !== null) {
    const other = whole as Record<string, unknown>;
    for (const [name, value] of Object.entries(cut)) {
      // A header that ends where the octets do is as long as they are.
      if (name === "headerLength") continue;
      isPart(value, other[name], `${path}.${name}`);
    }
  } else if (typeof cut === "string" && typeof whole === "string") {
    assert.ok(whole.startsWith(cut), `${path}: ${cut} is no start of ${whole}`);
  } else assert.equal(cut, whole, path);
}

/** Reads everything there is of a packet, and checks that it adds up. */
function drive(packet: Packet): void {
  const { layers, payload, trailer, error, bytes } = packet;
  let at = 0;
  for (const layer of layers) {
    assert.equal(layer.offset, at);
    assert.equal(layer.bytes.length, layer.headerLength);
    at += layer.headerLength;
  }
  assert.equal(at + payload.length + trailer.length, bytes.length);
  assert.ok(error === undefined || error instanceof DecodeError);
  assert.ok(packet.show({ canvas: { width: 80, colors: false } }).length > 0);
  assert.ok(!packet.toString().includes("\n"));
  assert.doesNotMatch(
    JSON.stringify(packet.toJSON()),
    /[:,[](undefined|NaN|null)/,
  );
}

Deno.test({
  name:
    "every prefix of real packets decodes to a part of the whole, and says " +
    "that it was cut",
  ignore,
  async fn() {
    const whole = (await corpus()).filter((packet) =>
      packet.error === undefined && (packet.tcp ?? packet.udp) !== undefined
    );
    // The shortest packet of each shape: its layers and how long they are.
    const shapes = new Map<string, Packet>();
    for (const packet of whole) {
      const shape = packet.layers.map((l) => `${l.name} ${l.headerLength}`);
      const trailer = packet.trailer.length > 0;
      const key = `${packet.linkType} ${shape} ${trailer}`;
      const other = shapes.get(key);
      if (!(other && other.bytes.length <= packet.bytes.length)) {
        shapes.set(key, packet);
      }
    }
    let prefixes = 0;
    for (const packet of shapes.values()) {
      const { linkType, length, bytes } = packet;
      const full = packet.layers.map((layer) => layer.toJSON());
      const stated = bytes.length - packet.trailer.length;
      // Every octet where headers are, then here and there.
      for (let n = 0; n < bytes.length; n += n < 300 ? 1 : 97) {
        const start = bytes.slice(0, n);
        const cut = decode(start, { linkType, length });
        drive(cut);
        assert.ok(cut.error !== undefined, `${n} of ${packet}`);
        const parts = cut.layers.map((layer) => layer.toJSON());
        const last = parts.pop();
        assert.deepEqual(parts, full.slice(0, parts.length));
        if (last !== undefined && !BY_WHAT_IS_LEFT.has(`${last.name}`)) {
          isPart(last, full[parts.length]!);
        }
        // Without the length on the wire, the headers' own lengths tell.
        const blind = decode(start, { linkType });
        // Segmentation offload leaves lengths open.
        const wasStated = cut.ipv4?.totalLength !== 0 &&
          cut.layers.every(({ name }) => STATED.has(name));
        if (n < stated && wasStated) {
          assert.equal(blind.error?.code, "truncated", `${n} of ${packet}`);
          assert.ok(blind.error.needed! > blind.error.available!);
        } else if (n >= stated) {
          assert.equal(blind.error, undefined);
        }
        prefixes++;
      }
    }
    say(`${prefixes} prefixes of ${shapes.size} packets`);
    assert.ok(shapes.size >= 20);
  },
});

Deno.test({
  name: "50,000 packets changed at random neither throw nor hang",
  ignore,
  async fn() {
    const packets = await corpus();
    const started = performance.now();
    const change = fc.tuple(
      // Headers are at the front: that is where a change means something.
      fc.oneof(fc.nat({ max: 80 }), fc.nat({ max: 1600 })),
      fc.oneof(fc.constantFrom(0, 1, 4, 0x40, 0x45, 0x60, 255), fc.nat(255)),
    );
    fc.assert(
      fc.property(
        fc.nat(packets.length - 1),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.option(fc.nat({ max: 120 }), { nil: undefined }),
        fc.option(fc.constantFrom(...KNOWN, 147), { nil: undefined }),
        (index, changes, keep, otherLink) => {
          const { bytes, linkType, length } = packets[index]!;
          const octets = bytes.slice(0, keep);
          for (const [at, value] of changes) octets[at % bytes.length] = value;
          drive(decode(octets, {
            linkType: otherLink ?? linkType,
            length: Math.max(length, octets.length),
          }));
        },
      ),
      { numRuns: 50_000 },
    );
    const each = (performance.now() - started) / 50;
    say(`changed, decoded and shown in ${each.toFixed(0)} µs a packet`);
  },
});
