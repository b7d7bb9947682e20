import assert from "node:assert/strict";
import { format } from "../../../lib/firewall/text/format.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";

function written(rule: string): string {
  const text = format(parse(`table inet t { chain c { ${rule}; } }`));
  return text.split("\n")[2]!.trim();
}

Deno.test("comparisons that nft would join wrongly are written so that it does not", () => {
  const cases: readonly (readonly [rule: string, text: string])[] = [
    [
      "tcp sport != 22 tcp dport != 23",
      "tcp sport != 22 tcp dport { 0-22, 24-65535 }",
    ],
    [
      "udp length != 20 counter udp dport != 0",
      "udp length != 20 counter udp dport 1-65535",
    ],
    ["ip ttl != 5 ip protocol != 255", "ip ttl != 5 ip protocol 0-254"],
    [
      "tcp flags fin,psh tcp window 999",
      "tcp flags & (fin | psh) != 0 tcp window 999",
    ],
  ];
  for (const [rule, text] of cases) assert.equal(written(rule), text);
});

Deno.test("comparisons that nft keeps apart are written as they are", () => {
  for (
    const rule of [
      "tcp sport != 22 tcp dport 23",
      "tcp sport != { 1, 2 } tcp dport != 3",
      "ip saddr != 10.0.0.1 ip daddr != 10.0.0.2",
      "tcp flags fin,psh tcp dport 9",
      "tcp flags fin,psh tcp window != 999",
    ]
  ) assert.equal(written(rule), rule);
});
