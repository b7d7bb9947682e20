import assert from "node:assert/strict";
import { build } from "../../../lib/packet/build.ts";
import { icmp } from "../../../lib/packet/layers/icmp.ts";
import { ipv4 } from "../../../lib/packet/layers/ipv4.ts";
import { tcp } from "../../../lib/packet/layers/tcp.ts";
import {
  osHintsOf,
  stackHabits,
} from "../../../lib/wire/finding/os_hints_of.ts";

/** A SYN, or SYN-ACK, with options in letters. */
function syn(
  { ttl, window, letters, scale = 7, isAnswer = false, flags = ["DF"], id = 1 }:
    {
      readonly ttl: number;
      readonly window: number;
      readonly letters: string;
      readonly scale?: number;
      readonly isAnswer?: boolean;
      readonly flags?: readonly "DF"[];
      readonly id?: number;
    },
) {
  const options = [...letters].map((letter) => {
    switch (letter) {
      case "M":
        return { kind: "mss", mss: 1460 } as const;
      case "W":
        return { kind: "windowScale", shift: scale } as const;
      case "T":
        return { kind: "timestamps", value: 1, echo: 0 } as const;
      case "S":
        return "sackPermitted" as const;
      default:
        return letter === "E" ? "end" as const : "nop" as const;
    }
  });
  return build(
    ipv4({ src: "192.0.2.1", dst: "192.0.2.2", ttl, flags, id }),
    tcp({ flags: isAnswer ? ["SYN", "ACK"] : ["SYN"], window, options }),
  );
}

Deno.test("osHintsOf() knows common stacks by their SYN", () => {
  const table = [
    ["Linux", { ttl: 63, window: 64240, letters: "MSTNW" }],
    ["Linux", { ttl: 64, window: 29200, letters: "MSTNW", scale: 7 }],
    ["Linux", {
      ttl: 64,
      window: 65160,
      letters: "MSTNW",
      isAnswer: true,
      id: 0,
    }],
    ["Windows", { ttl: 120, window: 64240, letters: "MNWNNS", scale: 8 }],
    ["Windows", {
      ttl: 128,
      window: 65535,
      letters: "MNWST",
      scale: 8,
      isAnswer: true,
    }],
    ["macOS or iOS", { ttl: 57, window: 65535, letters: "MNWNNTSE", scale: 6 }],
    ["FreeBSD", { ttl: 64, window: 65535, letters: "MNWST", scale: 6 }],
    ["OpenBSD", { ttl: 64, window: 16384, letters: "MNNSNWNNT", scale: 6 }],
    ["Cisco IOS", {
      ttl: 255,
      window: 4128,
      letters: "M",
      isAnswer: true,
      flags: [],
    }],
    ["nmap's SYN scan", { ttl: 47, window: 1024, letters: "M", flags: [] }],
  ] as const;
  for (const [system, packet] of table) {
    const hints = osHintsOf(syn(packet));
    assert.equal(hints[0]?.system, system, JSON.stringify(packet));
    assert.ok(hints[0].confidence >= 0.75, JSON.stringify(hints[0]));
    assert.ok(hints[0].reasons.length >= 2);
  }
});

Deno.test("osHintsOf() is unsure of what it has not seen, and says no more than the TTL does", () => {
  const [odd] = osHintsOf(syn({ ttl: 128, window: 999, letters: "TTTM" }));
  assert.deepEqual([odd?.system, odd?.confidence], ["Windows", 0.25]);
  const ping = build(ipv4({ ttl: 250 }), icmp());
  assert.match(osHintsOf(ping)[0]!.system, /router/);
  assert.equal(stackHabits(ping)?.hops, 5);
  // Half of it is Linux, the rest is not.
  const mixed = osHintsOf(syn({ ttl: 128, window: 999, letters: "MSTNW" }));
  assert.ok((mixed[0]?.confidence ?? 0) < 0.75);
});
