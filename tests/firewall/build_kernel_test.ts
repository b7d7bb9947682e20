/**
 * Rules of the builder in the kernel: loaded, listed and read back, they are
 * what they were.
 *
 * @module
 */

import assert from "node:assert/strict";
import { table } from "../../lib/firewall/build/table.ts";
import { rule as start } from "../../lib/firewall/build/words.ts";
import { camel } from "../../lib/firewall/build/value_types.ts";
import { readJson } from "../../lib/firewall/json/read.ts";
import { writeJson } from "../../lib/firewall/json/write.ts";
import type { DataType } from "../../lib/firewall/model/data_types.ts";
import { headers, metaKeys, typesOf } from "../../lib/firewall/model/fields.ts";
import type { Rule, Table } from "../../lib/firewall/model/ruleset.ts";
import { testUnless } from "../skip.ts";

async function listed(tables: readonly Table[]): Promise<readonly Table[]> {
  const child = new Deno.Command("unshare", {
    args: ["-Urn", "sh", "-c", "nft -j -f - && nft -j list ruleset"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode(JSON.stringify(writeJson(tables))),
  );
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return readJson(new TextDecoder().decode(stdout));
}

const withoutHandles = (tables: unknown): unknown =>
  JSON.parse(
    JSON.stringify(
      tables,
      (key, value) => key === "handle" ? undefined : value,
    ),
  );

let reason: string | undefined;
try {
  await listed([]);
} catch (error) {
  reason = `nft does not run in a namespace of its own: ${error}`;
}

/** Two values of a type, and what lies between them. */
function valuesOf(type: DataType): readonly [string | number, string | number] {
  switch (type.kind) {
    case "address":
      return type.bits === 32
        ? ["192.0.2.1", "198.51.100.0/24"]
        : ["2001:db8::1", "fe80::/10"];
    case "mac":
      return ["00:00:5e:00:53:01", "00:00:5e:00:53:02"];
    case "string":
      return ["eth0", "wlan*"];
    case "named":
      return type.name === "iface_index" ? ["lo", 1_000] : [0, 1_000];
    case "date":
      return ["2024-01-31 17:00:00", "2024-02-29 00:00:00"];
    case "hour":
      return ["17:00", "18:30:15"];
    case "classid":
      return ["1:2a", "none"];
    default:
      return [0, 1];
  }
}

interface Built {
  readonly rule: Rule;
}

type AnyField = {
  (value: unknown): Built;
  not(value: unknown): Built;
  in(values: readonly unknown[]): Built;
  notIn(values: readonly unknown[]): Built;
  gt(value: unknown): Built;
};

function comparisons(field: AnyField, type: DataType): readonly Built[] {
  const [first, second] = valuesOf(type);
  const made = [field(first), field.not(second), field.in([first, second])];
  if (type.kind === "bitmask") return [...made, field.notIn([1, 2])];
  if (type.kind === "integer" && (type.bits ?? 0) % 8 === 0) {
    made.push(field.gt(1), field.notIn([6, 5, 2]));
  }
  return made;
}

testUnless(
  reason,
  "what the builder makes of every header's fields comes back the same",
  async () => {
    const rules: { readonly [family: string]: Built[] } = { inet: [], arp: [] };
    for (const header of Object.values(headers)) {
      const root = header.name === "th"
        ? start.meta.l4proto.in(["tcp", "udp"]).th
        : start[header.name as "tcp"];
      for (const { name } of Object.values(header.fields)) {
        if (name === "parameter-problem") continue; // nft does not read what it lists
        const [type] = typesOf({
          payload: { protocol: header.name, field: name },
        }, "inet");
        const field =
          (root as unknown as Record<string, AnyField>)[camel(name)];
        rules[header.name === "arp" ? "arp" : "inet"]!.push(
          ...comparisons(field!, type!),
        );
      }
    }
    const tables = [
      table("inet", "t", { chains: { c: { rules: rules.inet as never } } }),
      table("arp", "t", { chains: { c: { rules: rules.arp as never } } }),
    ];
    const back = await listed(tables);
    compareRules(back, tables);
  },
);

testUnless(
  reason,
  "what the builder makes of the keys of meta and ct comes back the same",
  async () => {
    const { meta, ct, rt, fib, socket, osf, exthdr, tcp, ip } = start;
    // The kernel reads these in bridges only, or not at all.
    const without = [
      "ibrname",
      "obrname",
      "ibrpvid",
      "ibrvproto",
      "nftrace",
      "secmark",
    ];
    const rules = Object.values(metaKeys).filter(({ name }) =>
      !without.includes(name)
    ).flatMap(({ name }) => {
      const [type] = typesOf({ meta: { key: name } }, "inet");
      const field = (meta as unknown as Record<string, AnyField>)[name]!;
      return type!.kind === "boolean"
        ? [field(true), field(false)]
        : comparisons(field, type!);
    });
    rules.push(
      ct.state("new"),
      ct.state.is("established"),
      ct.state.notIn(["new", "invalid"]),
      ct.status.in(["snat", "dnat"]),
      ct.mark.and(0xff).is(3),
      ct.mark.set(start.mark),
      ct.direction("reply"),
      ct.label(5),
      ct.expiration.lt("1h30m"),
      ct.helper("ftp"),
      ct.original.bytes.gt(1e6),
      rt.mtu.lt(1400),
      rt.ip.nexthop("192.0.2.1"),
      rt.ipsec(true),
      fib("saddr", "iif").oif.missing().drop(),
      fib("daddr").type("local", "broadcast"),
      osf.name("Linux"),
      exthdr.frag.exists(),
      exthdr.frag.moreFragments(1),
      exthdr.mh.type("home-test"),
      tcp.option.maxseg.size.set(1360),
      tcp.option.sackPerm.missing(),
      ip.option.rr.exists(),
      start.raw("nh", 96, 32)(0xc0000201),
      start.numgen("inc", 3)(1),
      start.jhash(start.concat(ip.saddr, tcp.dport), { mod: 4, seed: 7 })(2),
      start.symhash(4, 1)(2),
      start.concat(ip.saddr, tcp.dport).in([["192.0.2.1", 22]]),
      tcp.dport.vmap([[22, "accept"], ["80-90", "drop"], ["*", "jump d"]]),
      tcp.flags.and(["fin", "syn", "rst", "ack"]).is("syn"),
      ip.dscp.set("ef"),
      ip.ttl.set(64),
      meta.priority.set("1:2"),
      meta.nftrace.set(1),
      start.mark.set(ip.saddr.map([["192.0.2.1", 5], ["192.0.2.2", 6]])),
    );
    const { rule } = start;
    const steps = [
      start.counter(),
      start.counter("hits"),
      start.log("in ").drop(),
      start.log({ level: "info", flags: ["tcp options", "skuid"] }),
      start.log({ group: 5, snaplen: 64, prefix: "x" }),
      start.limit("10/second"),
      start.limit("400/minute", { burst: 20, over: true }).drop(),
      start.limit("2 mbytes/second", { burst: "512 kbytes" }),
      start.quota("5 mbytes", { over: true }),
      start.ctCount(10, { over: true }).reject(),
      start.reject("tcp reset"),
      start.reject("icmp host-unreachable"),
      start.reject("icmpv6 no-route"),
      start.reject("admin-prohibited"),
      start.notrack(),
      ct.zone.set(3),
      socket.transparent(1).mark.set(1),
      start.add("@seen", ip.saddr, { timeout: "1m" }),
      start.update("@seen", ip.saddr),
      tcp.dport(80).tproxy({ to: ":8080" }),
      start.jump("d"),
      start.goto("d"),
      start.return().comment("back"),
    ];
    assert.deepEqual(rule.statements, []);
    const nat = [
      tcp.dport(80).dnat({ to: "192.0.2.2:8080" }),
      tcp.dport(80).dnat({ to: "[2001:db8::2]:80" }),
      tcp.dport(81).redirect({ to: ":8080" }),
      start.redirect(),
      ip.daddr("192.0.2.1").dnat({
        to: ip.daddr.map([["192.0.2.1", "192.0.2.7"]]),
        flags: ["random"],
      }),
      ip.saddr("10.0.0.0/8").dnat({
        to: "192.0.2.1-192.0.2.9",
        flags: ["persistent"],
      }),
    ];
    const tables = [
      table("inet", "t", {
        objects: { hits: { kind: "counter" } },
        sets: {
          seen: {
            type: "ipv4_addr",
            flags: ["timeout"],
            timeout: "1h",
            size: 100,
          },
        },
        chains: {
          d: {},
          c: {
            type: "filter",
            hook: "prerouting",
            priority: "raw",
            rules: steps as never,
          },
          f: {
            type: "filter",
            hook: "forward",
            priority: "mangle",
            rules: rules as never,
          },
          n: {
            type: "nat",
            hook: "prerouting",
            priority: "dstnat",
            rules: nat,
          },
        },
      }),
    ];
    compareRules(await listed(tables), tables);
  },
);

function compareRules(back: readonly Table[], tables: readonly Table[]): void {
  tables.forEach((table, index) => {
    table.chains.forEach((chain) => {
      const same = back[index]!.chains.find(({ name }) => name === chain.name);
      chain.rules.forEach((rule, at) =>
        assert.deepEqual(
          withoutHandles(same!.rules[at]),
          withoutHandles(rule),
          JSON.stringify(rule),
        )
      );
      assert.deepEqual(same!.base, chain.base);
    });
  });
}
