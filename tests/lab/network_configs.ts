/**
 * Random configurations of a network, all of which are possible.
 *
 * @module
 */

import fc from "fast-check";
import type {
  InterfaceConfig,
  NetworkConfig,
} from "../../lib/linux/persistent/config.ts";

const octet = fc.integer({ min: 1, max: 254 });
const name = fc.stringMatching(/^[a-z][a-z0-9]{1,7}$/).filter((text) =>
  !["lo", "on", "no", "off", "yes", "true", "false", "null", "id"].includes(
    text,
  )
);
const ipv4 = fc.tuple(octet, octet, octet, fc.integer({ min: 8, max: 30 })).map(
  ([a, b, c, bits]) => `10.${a}.${b}.${c}/${bits}`,
);
const ipv6 = fc.tuple(octet, octet).map(([a, b]) => `2001:db8:${a}::${b}/64`);
const route = fc.record({
  to: fc.oneof(
    fc.constant("default"),
    octet.map((n) => `198.51.${n}.0/24`),
  ),
  via: octet.map((n) => `10.0.0.${n}`),
  metric: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
  table: fc.option(fc.integer({ min: 300, max: 400 }), { nil: undefined }),
  onLink: fc.boolean(),
});
const settings = fc.record({
  mtu: fc.option(fc.integer({ min: 1280, max: 9000 }), { nil: undefined }),
  mac: fc.option(octet.map((n) => `02:00:00:00:00:${hex(n)}`), {
    nil: undefined,
  }),
  dhcp: fc.constantFrom(false, true, 4, 6) as fc.Arbitrary<boolean | 4 | 6>,
  addresses: fc.uniqueArray(fc.oneof(ipv4, ipv6), { maxLength: 4 }),
  gateway: fc.option(octet.map((n) => `10.0.0.${n}`), { nil: undefined }),
  routes: fc.array(route, { maxLength: 3 }),
  nameservers: fc.uniqueArray(octet.map((n) => `192.0.2.${n}`), {
    maxLength: 3,
  }),
  search: fc.uniqueArray(fc.constantFrom("lan", "example.org", "a.b"), {
    maxLength: 2,
  }),
});

function hex(n: number): string {
  return n.toString(16).padStart(2, "0");
}

/** Interfaces of all kinds, two of which lie on others. */
export const networkConfig: fc.Arbitrary<NetworkConfig> = fc.record({
  names: fc.uniqueArray(name, { minLength: 7, maxLength: 7 }),
  settings: fc.array(settings, { minLength: 4, maxLength: 4 }),
  id: fc.integer({ min: 1, max: 4094 }),
  stp: fc.boolean(),
  mode: fc.constantFrom("active-backup", "802.3ad", "balance-xor"),
}).map(({ names, settings, id, stp, mode }) => ({
  interfaces: [
    { name: names[0]!, ...settings[0] },
    { name: names[1]!, ...settings[1], vlan: { id, link: names[0]! } },
    {
      name: names[2]!,
      ...settings[2],
      bridge: { ports: [names[3]!, names[4]!], stp },
    },
    {
      name: names[5]!,
      ...settings[3],
      bond: { ports: [names[6]!], mode },
    } as InterfaceConfig,
  ],
}));
