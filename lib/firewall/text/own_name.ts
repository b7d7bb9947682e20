/**
 * What tables, chains, sets and objects can be named, as nft 1.0.6 has it.
 *
 * @module
 */

/** What no table, chain, set or object can be named. */
export const reserved: ReadonlySet<string> = new Set([
  ...["accept", "add", "ah", "all", "and", "arp", "auto-merge"],
  ...["bridge", "cgroup", "chain", "comment", "comp", "constant"],
  ...["continue", "counter", "cpu", "create", "ct", "day", "dccp"],
  ...["define", "delete", "describe", "device", "devices", "dnat"],
  ...["drop", "dst", "dup", "dynamic", "ecn", "element", "elements"],
  ...["eq", "esp", "ether", "exists", "expires", "export", "exthdr"],
  ...["fib", "flags", "flow", "flowtable", "flush", "frag", "fwd"],
  ...["gc-interval", "ge", "get", "goto", "gt", "handle", "hbh"],
  ...["hook", "hour", "ibriport", "ibrname", "icmp", "icmpv6", "igmp"],
  ...["iif", "iifgroup", "iifname", "iiftype", "import", "include"],
  ...["index", "inet", "insert", "interval", "ip", "ip6", "ipsec"],
  ...["jhash", "jump", "le", "limit", "list", "log", "lshift", "lt"],
  ...["map", "mark", "masquerade", "meta", "meter", "mh", "missing"],
  ...["monitor", "ne", "netdev", "nftrace", "not", "notrack", "numgen"],
  ...["obriport", "obrname", "offload", "oif", "oifgroup", "oifname"],
  ...["oiftype", "or", "osf", "pkttype", "policy", "position"],
  ...["priority", "queue", "quota", "random", "redefine", "redirect"],
  ...["reject", "rename", "replace", "reset", "return", "rshift", "rt"],
  ...["rt0", "rt2", "rtclassid", "rule", "ruleset", "sctp", "secmark"],
  ...["set", "size", "skgid", "skuid", "snat", "socket", "srh"],
  ...["symhash", "synproxy", "table", "tcp", "th", "time", "timeout"],
  ...["tproxy", "type", "typeof", "udp", "udplite", "undefine"],
  ...["update", "vlan", "vmap", "xor", "xt"],
]);

const NAME = /^[A-Za-z_][\w.\/\\-]*$/;

/** Names that were looked at. */
const good = new Set<string>();

/**
 * Tells why something can't be named so.
 *
 * @param name The name.
 * @returns What a name must be; `undefined` if this one is.
 */
export function wrongName(name: string): string | undefined {
  if (good.has(name)) return undefined;
  if (!NAME.test(name)) {
    return "begin with a letter and have letters, digits, and . / _ - \\ only";
  }
  if (reserved.has(name)) return "be no word of nft's own";
  if (good.size < 10_000) good.add(name);
  return undefined;
}
