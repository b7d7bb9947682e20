// Random rulesets over a small world, so that all that they tell apart can be
// asked of the simulator packet by packet.
import fc from "fast-check";

const SOURCES = ["10.0.0.0/30", "10.0.0.2", "10.0.0.4-10.0.0.6", "0.0.0.0/0"];
const TARGETS = ["10.1.0.1", "10.1.0.2/31", "10.1.0.0/29"];
const SOURCES6 = ["fd00::/126", "fd00::2", "fd00::4-fd00::6"];
const PORTS = ["22", "80-90", "{ 22, 53, 8000-8010 }", "!= 22", "> 85"];

const one = (...list: readonly string[]) => fc.constantFrom(...list);

const match: fc.Arbitrary<string> = fc.oneof(
  one(...SOURCES).map((a) => `ip saddr ${a}`),
  one(...SOURCES).map((a) => `ip saddr != ${a}`),
  one(...TARGETS).map((a) => `ip daddr ${a}`),
  one(...SOURCES6).map((a) => `ip6 saddr ${a}`),
  fc.tuple(
    one("tcp", "udp", "meta l4proto { tcp, udp } th"),
    one("dport", "sport"),
    one(...PORTS),
  ).map(
    ([protocol, end, ports]) => `${protocol} ${end} ${ports}`,
  ),
  one(
    ...[
      "meta l4proto tcp",
      "meta l4proto != { tcp, udp }",
      "meta nfproto ipv6",
    ],
    ...[
      'iifname "in0"',
      'iifname "in*"',
      'oifname != "out0"',
      'iifname { "in1", "x0" }',
    ],
    ...[
      "ip saddr @office",
      "ip saddr != @office",
      "ip saddr . tcp dport @pairs",
    ],
    ...["ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.4-10.0.0.7 . 80-90 }"],
    ...["icmp type echo-request", "icmp type { destination-unreachable, 13 }"],
    ...["tcp flags & (syn | ack) == syn", "tcp flags syn", "tcp flags ! syn"],
    ...["ct state new", "ct state established,related", "ct state != invalid"],
    ...["meta mark 1", "meta mark & 0x3 == 0x2", "meta mark != 0", "ip ttl 64"],
    ...["ip ttl < 64", "ip protocol udp", "ip daddr & 0.0.0.1 == 0.0.0.1"],
    ...["meta pkttype unicast", "ct status dnat", "ip dscp cs1", "ct mark 3"],
  ),
);

const target = one(
  "accept",
  "accept",
  "drop",
  "drop",
  "reject",
  "return",
  "continue",
);

const statement: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: target },
  { weight: 3, arbitrary: one("jump one", "goto one", "jump two", "goto two") },
  {
    weight: 4,
    arbitrary: one(
      ...[
        "meta mark set 1",
        "meta mark set meta mark | 2",
        "counter",
        "ct mark set 3",
      ],
      "meta mark set ip saddr map { 10.0.0.1 : 1, 10.0.0.4/31 : 2 }",
      "ip dscp set cs1",
      "ip ttl set 63",
      // What is written stays, whether the rule goes on or not.
      "meta mark set 1 tcp dport 80-90 accept",
      "meta mark set 2 ip saddr 10.0.0.4/30 drop",
    ),
  },
  {
    weight: 4,
    arbitrary: one(
      "tcp dport vmap { 22 : accept, 80-90 : jump one, 53 : continue }",
      "ip saddr vmap @ways",
      "meta l4proto vmap { tcp : jump two, udp : goto one, * : drop }",
      "ip saddr . iifname vmap { 10.0.0.1 . in0 : drop, 10.0.0.4-10.0.0.5 . in1 : accept }",
    ),
  },
);

const chance = one(
  "limit rate 1/second",
  "numgen random mod 2 0",
  "ip saddr @guests",
  "ip saddr != @guests",
);

const rule = (chances: boolean): fc.Arbitrary<string> =>
  fc.tuple(
    fc.array(match, { maxLength: 2 }),
    fc.option(chance, { freq: 5 }),
    statement,
  ).map(([matches, chance, end]) =>
    [...matches, ...chances && chance ? [chance] : [], end].join(" ")
  );

const lines = (rules: readonly string[]) =>
  rules.map((r) => `    ${r}\n`).join("");

const nat = (way: "dnat" | "snat"): fc.Arbitrary<string> =>
  fc.tuple(
    fc.array(match, { maxLength: 2 }),
    way === "dnat"
      ? one(
        ...["dnat ip to 10.1.0.1", "dnat ip to 10.1.0.2:80", "accept"],
        "dnat ip to tcp dport map { 22 : 10.1.0.1, 85 : 10.1.0.3 }",
      )
      : one("snat ip to 10.0.0.2", "accept"),
  ).map(([matches, end]) => {
    const text = [...matches, end].join(" ");
    return /dnat ip to .*:80/.test(text) ? `meta l4proto tcp ${text}` : text;
  });

/** Whether rules throw dice, or translate. */
export interface World {
  readonly chances: boolean;
  readonly nat: boolean;
}

/** Rulesets as text. */
export const rulesets = (world: World): fc.Arbitrary<string> => {
  const rules = (most: number) =>
    fc.array(rule(world.chances), { maxLength: most }).map(lines);
  const translations = (way: "dnat" | "snat") =>
    fc.array(nat(way), { minLength: 1, maxLength: 3 }).map(lines);
  return fc.record({
    one: rules(3),
    two: fc.array(
      rule(world.chances).filter((text) => !/jump|goto|@ways|vmap/.test(text)),
      { maxLength: 3 },
    ).map(lines),
    early: fc.option(rules(3), { nil: undefined }),
    main: rules(8),
    second: fc.option(rules(3), { nil: undefined }),
    post: fc.option(rules(3), { nil: undefined }),
    policy: one("accept", "drop"),
    priority: fc.constantFrom(0, 10),
    dnat: fc.option(translations("dnat"), { nil: undefined }),
    snat: fc.option(translations("snat"), { nil: undefined }),
    hook: one("input", "forward", "output"),
  }).map((parts) => {
    const chain = (name: string, place: string, rules?: string) =>
      rules === undefined
        ? ""
        : `  chain ${name} {\n    ${place}\n${rules}  }\n`;
    const base = (hook: string, priority: number, policy: string) =>
      `type filter hook ${hook} priority ${priority}; policy ${policy};`;
    const isOutput = parts.hook === "output";
    const first = isOutput ? "output" : "prerouting";
    // A chain may not jump to itself.
    const inner = (text: string) =>
      text.split("\n").filter((line) => !/one|@ways|vmap.*(one|two)/.test(line))
        .join("\n");
    const translating = world.nat
      ? chain("dnats", `type nat hook ${first} priority -100;`, parts.dnat) +
        (parts.hook === "input" ? "" : chain(
          "snats",
          "type nat hook postrouting priority 100;",
          parts.snat,
        ))
      : "";
    return `table inet t {
  set office { type ipv4_addr; flags interval; elements = { 10.0.0.1, 10.0.0.4/31 } }
  set guests { type ipv4_addr; flags dynamic, timeout; timeout 1h; elements = { 10.0.0.2 } }
  set pairs { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 22, 10.0.0.5 . 80 } }
  map ways { type ipv4_addr : verdict; elements = { 10.0.0.1 : accept, 10.0.0.2 : jump two, 10.0.0.5 : drop } }
  chain one {
${inner(parts.one)}  }
  chain two {
${inner(parts.two).replaceAll(/jump two|goto two/g, "accept")}  }
${chain("early", base(first, -300, "accept"), parts.early)}${
      chain("main", base(parts.hook, 0, parts.policy), parts.main)
    }${
      chain("second", base(parts.hook, parts.priority, "accept"), parts.second)
    }${
      parts.hook === "input"
        ? ""
        : chain("post", base("postrouting", 0, "accept"), parts.post)
    }${translating}}
`;
  });
};

/** The hook that a ruleset of these is about. */
export const hookOf = (text: string): "input" | "forward" | "output" =>
  /chain main \{\s+type filter hook (\w+)/.exec(text)![1] as never;

/** Packets that tell all the rules' matches apart. */
export const packets = fc.record({
  wide: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  src: fc.nat(7),
  dst: fc.nat(4),
  protocol: one("tcp", "tcp", "udp", "icmp"),
  srcPort: fc.constantFrom(22, 53, 40000),
  dstPort: fc.constantFrom(21, 22, 53, 80, 85, 90, 8005),
  iifname: one("in0", "in1", "x0", "y0"),
  oifname: one("out0", "out1"),
});

/** One of these packets. */
export type Sample = typeof packets extends fc.Arbitrary<infer T> ? T : never;

/** A sample as the simulator takes it. */
export function asFacts(sample: Sample, hook: string) {
  const { wide, src, dst, protocol, srcPort, dstPort, iifname, oifname } =
    sample;
  return {
    packet: {
      src: wide ? `fd00::${src}` : `10.0.0.${src}`,
      dst: wide ? `fd00:1::${dst}` : `10.1.0.${dst}`,
      protocol,
      ...protocol !== "icmp" && { srcPort, dstPort },
    },
    context: {
      ...hook !== "output" && { iifname },
      ...hook !== "input" && { oifname },
    },
  };
}
