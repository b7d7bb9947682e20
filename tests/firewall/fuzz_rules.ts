/**
 * Random rulesets, as text: all that decides about packets, in all the forms
 * that go together.
 *
 * @module
 */

import { addressOf, type Dice, portOf } from "./dice.ts";
import {
  addresses,
  type Hook,
  type Kind,
  type Layer4,
  match,
  numbers,
  type Subject,
} from "./fuzz_matches.ts";

/**
 * nft 1.0.6 makes one comparison of two fields that lie side by side, also of
 * two `!=`, which then is true when either differs.
 */
function isMiscompiled(before: string | undefined, part: string): boolean {
  const layer = (text: string) =>
    /^(ip6?|@nh)\b/.test(text)
      ? 3
      : /^(tcp|udp|th|icmp|icmpv6|@th)\b/.test(text)
      ? 4
      : text;
  return before !== undefined && layer(before) === layer(part) &&
    before.includes("!=") && part.includes("!=");
}

/** What a rule does beside its verdict. */
function action(dice: Dice, subject: Subject): string {
  const { l3, l4, kind, hook } = subject;
  const choices: (() => string)[] = [
    () => "counter",
    () => `meta mark set 0x${dice.below(4)}`,
    () =>
      `meta mark set meta mark ${dice.of(["|", "^", "&"])} 0x${
        dice.within(1, 3)
      }`,
    () =>
      `limit rate ${dice.once(3) ? "over " : ""}${
        dice.within(1, 3)
      }/day burst ${dice.within(1, 9)} packets`,
    () =>
      `quota ${dice.once(2) ? "over " : "until "}${
        dice.within(100, 999)
      } bytes`,
    () => `ct mark set ${dice.of(["0x1", "0x2", "meta mark"])}`,
    () => "meta mark set ct mark",
  ];
  if (l4 === "tcp" || l4 === "udp") {
    choices.push(
      () => `meta mark set ${l4} dport map @mk`,
      () =>
        `meta mark set ${l4} dport map { 22 : 0x1, 80-443 : 0x2, 1000-1010 : 0x3 }`,
    );
  }
  if (l3 !== undefined) {
    const ip = l3 === 4 ? "ip" : "ip6";
    choices.push(
      () => `${dice.of(["add", "update"])} @d${l3} { ${ip} saddr }`,
      () =>
        `add @l${l3} { ${ip} saddr limit rate over 1/day burst ${
          dice.within(1, 4)
        } packets }`,
    );
    if (kind === "filter") {
      choices.push(
        () => `${ip} dscp set ${dice.of(["cs1", "ef", "cs0"])}`,
        () =>
          `${ip} ${l3 === 4 ? "ttl" : "hoplimit"} set ${dice.within(62, 65)}`,
      );
      if (l4 === "tcp" || l4 === "udp") {
        choices.push(() =>
          `${l4} ${dice.of(["sport", "dport"])} set ${portOf(dice)}`
        );
      }
      if (l4 === "tcp" && hook === "forward") {
        choices.push(() =>
          `tcp option maxseg size set ${dice.of([1300, 1500])}`
        );
      }
    }
  }
  return dice.of(choices)();
}

/** Where a packet is sent instead. */
function translation(dice: Dice, subject: Subject): string {
  const { l3, l4, hook } = subject;
  const hasPort = l4 === "tcp" || l4 === "udp";
  const port = hasPort && dice.once(2) ? `:${portOf(dice)}` : "";
  if (hook === "prerouting" || hook === "output") {
    if (l3 === undefined || dice.once(4)) {
      return `redirect${hasPort ? dice.of(["", ` to :${portOf(dice)}`]) : ""}`;
    }
    const ip = l3 === 4 ? "ip" : "ip6";
    const to = subject.tableFamily === "inet" ? `dnat ${ip} to` : "dnat to";
    if (hasPort && dice.once(3)) return `${to} ${l4} dport map @n${l3}`;
    const address = addressOf(dice, l3, dice.of(["in", "out", "own"]));
    return `${to} ${l3 === 6 && port ? `[${address}]` : address}${port}`;
  }
  const hasOut = hook === "postrouting";
  if (hasOut && (l3 === undefined || dice.once(2))) return "masquerade";
  if (l3 === undefined) return "accept";
  const ip = l3 === 4 ? "ip" : "ip6";
  const to = subject.tableFamily === "inet" ? `snat ${ip} to` : "snat to";
  const address = addressOf(dice, l3, dice.of(["in", "out", "own"]));
  return `${to} ${address}`;
}

function verdict(
  dice: Dice,
  subject: Subject,
  targets: readonly string[],
): string {
  const { kind, hook, l4 } = subject;
  if (kind === "nat" && !dice.once(3)) return translation(dice, subject);
  const choices = ["accept", "accept", "drop", "return", "continue", ""];
  for (const target of targets) {
    choices.push(`jump ${target}`, `goto ${target}`);
  }
  if (
    kind === "filter" && hook !== "prerouting" && hook !== "postrouting" &&
    hook !== undefined
  ) {
    choices.push("reject");
    if (subject.tableFamily === "inet") {
      choices.push("reject with icmpx admin-prohibited");
    }
    if (l4 === "tcp") choices.push("reject with tcp reset");
  }
  return dice.of(choices);
}

/** A verdict map. */
function vmap(
  dice: Dice,
  subject: Subject,
  targets: readonly string[],
): string | undefined {
  const { l3, l4 } = subject;
  const go = () =>
    dice.of([
      "accept",
      "drop",
      "return",
      "continue",
      ...targets.flatMap((to) => [`jump ${to}`, `goto ${to}`]),
    ]);
  const hasPort = l4 === "tcp" || l4 === "udp";
  const ip = l3 === 4 ? "ip" : "ip6";
  const choices: (() => string)[] = [
    () => `meta l4proto vmap { tcp : ${go()}, udp : ${go()} }`,
    () =>
      `ct state vmap { new : ${go()}, established : ${go()}, invalid : ${go()} }`,
    () => `meta mark vmap { 0x0 : ${go()}, 0x1-0x2 : ${go()} }`,
  ];
  if (hasPort) {
    choices.push(
      () =>
        `${l4} dport vmap { 22 : ${go()}, 80 : ${go()}, 1000-1005 : ${go()} }`,
      () => `${l4} dport vmap @v`,
      () =>
        `meta l4proto . th dport vmap { tcp . 443 : ${go()}, udp . 53 : ${go()}, tcp . 1000-1009 : ${go()} }`,
    );
  }
  if (l3 !== undefined) {
    choices.push(() => {
      const from = addresses(dice, l3, "in").split(", ");
      return `${ip} saddr vmap { ${
        from.map((one) => `${one} : ${go()}`).join(", ")
      } }`;
    });
  }
  return dice.of(choices)();
}

function subjectOf(
  dice: Dice,
  tableFamily: Subject["tableFamily"],
  hook: Hook | undefined,
  kind: Kind,
): Subject {
  const l3 = tableFamily === "ip"
    ? 4
    : tableFamily === "ip6"
    ? 6
    : dice.of([4, 4, 6, 6, undefined] as const);
  const l4 = dice.of<Layer4>([
    "tcp",
    "tcp",
    "udp",
    "udp",
    l3 === 6 ? "icmpv6" : l3 === 4 ? "icmp" : undefined,
    undefined,
  ]);
  return { l3, l4, hook, kind, tableFamily };
}

function rule(
  dice: Dice,
  family: Subject["tableFamily"],
  hook: Hook | undefined,
  kind: Kind,
  targets: readonly string[],
): string {
  const subject = subjectOf(dice, family, hook, kind);
  const parts: string[] = [];
  for (
    const part of dice.times(
      dice.below(kind === "nat" ? 2 : 3) + (dice.once(6) ? 0 : 1),
      () => match(dice, subject),
    )
  ) {
    if (!isMiscompiled(parts.at(-1), part)) parts.push(part);
  }
  // What masquerades or redirects must say of which transport.
  if (kind === "nat" && subject.l4 !== undefined) {
    parts.unshift(
      `meta l4proto ${subject.l4 === "icmpv6" ? "ipv6-icmp" : subject.l4}`,
    );
  }
  if (dice.once(3)) parts.push(action(dice, subject));
  if (dice.once(6) && kind !== "nat") {
    const map = vmap(dice, subject, targets);
    if (map) return [...parts, map].join(" ");
  }
  const end = verdict(dice, subject, targets);
  if (end === "" && parts.length === 0) return "counter";
  return [...parts, end].join(" ").trim();
}

const PRIORITIES: Readonly<Record<Kind, readonly number[]>> = {
  filter: [-300, -250, -150, -50, 0, 0, 10, 50, 150, 200, 300],
  nat: [-100, 100, 0],
  route: [-150],
};

function named(
  dice: Dice,
  family: Subject["tableFamily"],
  last: string,
): string[] {
  const port = () => portOf(dice);
  const sets = [
    `set p { type inet_service; flags interval; elements = { ${
      numbers(dice, port)
    } }; }`,
    `map mk { type inet_service : mark; flags interval; elements = { 22 : 0x1, 50-80 : 0x2, 1000-1005 : 0x3 }; }`,
    `map v { type inet_service : verdict; flags interval; elements = { 23 : drop, 80-443 : jump ${last}, 1003-1006 : goto ${last}, 53 : accept }; }`,
  ];
  for (const [l3, type] of [[4, "ipv4_addr"], [6, "ipv6_addr"]] as const) {
    if (family === (l3 === 4 ? "ip6" : "ip")) continue;
    const pair = () =>
      `${dice.of(addresses(dice, l3, "in").split(", "))} . ${
        dice.of([`${port()}`, "1000-1005"])
      }`;
    sets.push(
      `set a${l3} { type ${type}; elements = { ${
        addresses(dice, l3, dice.of(["in", "out"]), false)
      } }; }`,
      `set i${l3} { type ${type}; flags interval; auto-merge; elements = { ${
        addresses(dice, l3, dice.of(["in", "out"]))
      } }; }`,
      `set c${l3} { type ${type} . inet_service; flags interval; elements = { ${pair()} }; }`,
      `set d${l3} { type ${type}; size 4; flags dynamic; }`,
      `set l${l3} { type ${type}; size 4; flags dynamic; }`,
      `map n${l3} { type inet_service : ${type}; elements = { 22 : ${
        addressOf(dice, l3, "out")
      }, 80 : ${addressOf(dice, l3, "in")}, 443 : ${
        addressOf(dice, l3, "own")
      } }; }`,
    );
  }
  return sets;
}

function chain(name: string, head: string, rules: readonly string[]): string {
  return `  chain ${name} {\n${head}${
    rules.map((rule) => `    ${rule}\n`).join("")
  }  }\n`;
}

function table(
  dice: Dice,
  name: string,
  family: Subject["tableFamily"],
): string {
  const subs = ["s3", "s2", "s1"];
  let text = `table ${family} ${name} {\n`;
  const chains = subs.map((name, i) =>
    chain(
      name,
      "",
      dice.times(
        dice.within(1, 5),
        () => rule(dice, family, undefined, "filter", subs.slice(0, i)),
      ),
    )
  );
  // Sets first, but for the chains that they name.
  text += chains[0]!;
  for (const set of named(dice, family, "s3")) text += `  ${set}\n`;
  text += chains.slice(1).join("");
  const hooks = dice.some<Hook>([
    "prerouting",
    "input",
    "forward",
    "forward",
    "output",
    "postrouting",
  ], dice.within(1, 4));
  hooks.forEach((hook, i) => {
    const isNat = hook !== "forward" && dice.once(3);
    const kind: Kind = isNat
      ? "nat"
      : hook === "output" && dice.once(3)
      ? "route"
      : "filter";
    const priority = dice.of(PRIORITIES[kind]);
    const policy = !isNat && dice.once(5) ? "drop" : "accept";
    const rules = dice.times(
      dice.within(1, 8),
      () => rule(dice, family, hook, kind, isNat ? [] : subs),
    );
    if (
      !isNat && priority <= -250 &&
      (hook === "prerouting" || hook === "output") && dice.once(2)
    ) {
      rules.push(`${match(dice, subjectOf(dice, family, hook, kind))} notrack`);
    }
    text += chain(
      `b${i}`,
      `    type ${kind} hook ${hook} priority ${priority}; policy ${policy};\n`,
      rules,
    );
  });
  return `${text}}\n`;
}

const TRACKING = /^ {4}.*\b(ct |notrack|masquerade|redirect|[sd]nat)/;

/** Rules, and whether they have connections tracked, of both families. */
export interface RandomRules {
  readonly text: string;
  readonly isTracked: boolean;
}

/** A ruleset of one to three tables, as text. */
export function randomRules(dice: Dice): RandomRules {
  const families = dice.some<Subject["tableFamily"]>(
    ["ip", "ip6"],
    dice.below(3),
  );
  const text = ["inet" as const, ...families].map((family, i) =>
    table(dice, `t${i}`, family)
  ).join("");
  // Where connections are tracked, hardly a fragment comes as far as the rules.
  const isTracked = !dice.once(3);
  return {
    isTracked,
    text: isTracked
      ? `${text}table inet tracking {\n${chain("any", "", ["ct state new"])}}\n`
      : text.split("\n").filter((line) => !TRACKING.test(line)).join("\n"),
  };
}
