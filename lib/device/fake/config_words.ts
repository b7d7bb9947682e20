/**
 * What a fake device knows of the words of configurations, so that it refuses
 * what no device would take.
 *
 * @module
 */

import type { ConfigStyle } from "../config_text.ts";

/** Words with which lines begin, on some platform or other. */
const KNOWN = new Set(
  `aaa access access-class access-group access-list acl action activate address
  address-book address-family address-set admin-state admin allowaccess alias
  analyzer aggregate application applications area arp as authentication autonomous-system
  bandwidth banner bfd bgp boot bridge bundle bundle-id cdp certificate chassis
  channel-group class class-map class-of-service clock cluster comment community
  config container control-plane country crypto dampening database-access default default-gateway
  default-information default-router deny description destination device
  deviceconfig dhcp distance dns domain domain-name dot1q dot1x duplex edit
  enable encapsulation encryption errdisable ethernet evpn exec-timeout exit-address-family
  export external family feature firewall flow forwarding-options gateway group
  groups hardware helper-address high-availability host-name hostname hsrp
  import inspect instance interface interfaces internal ip ipv4 ipv6 isis key
  key-chain l2vpn lacp lag layer3 ldap lease level license line link-aggregation
  lldp load-balance load-balancing load-interval local-as local-user log logging login loopback
  mac mac-address maximum-paths member message mgmt mirror mls mode monitor
  mpls mtu mvr name nameserver name-server nat neighbor neighbour netmask network
  next-hop no nqa ntp object object-group ospf ospf3 passive-interface password
  peer permit pim pki policer policy policy-map policy-options policy-statement
  port port-channel portswitch prefix prefix-list prefix-set primary priority privilege
  protocol protocols qos queue radius radius-server range rd redistribute remark
  remote-as ripng rip route route-map route-policy route-static route-target router router-id
  router-interface routing routing-instances routing-options rulebase scheduler security sequence server
  service service-policy session set sflow shared shutdown snmp snmp-agent
  snmp-server source spanning-tree speed ssh sshd standby static stelnet storm-control stp
  summary-address switch switch-options switchport syslog sysname system tacacs
  tacacs-server telnet template time time-range timers timezone track traffic traffic-policy transceiver
  transport trunk tunnel type udld undo unit update-source user user-interface username
  vdom version virtual-router virtual-wire vlan vlans vpc vpn vpn-instance vrf vrf-target vrrp vtp vxlan
  wlan write-protect zone`.split(/\s+/),
);

/** Lines of which there is one: what is entered later takes the place. */
const SINGLE =
  /(?:^|\s)(description|hostname|host-name|sysname|sysName|comment|mtu|speed|duplex|bandwidth|encapsulation|router-id|domain-name|default-gateway|admin-state|timezone|name|switchport mode|switchport access vlan|vlan access|port access vlan|port link-type|display-string|next-hop-self|remote-as)\s+\S/;
/** The same, where a line says nothing of what it is about. */
const SINGLE_LINE = /^((?:ip|ipv4) address|set [\w-]+)\s+(?!.*\bsecondary\b)/;

/**
 * Whether a line may begin with a word.
 *
 * @param word The word.
 */
export function isKnownWord(word: string): boolean {
  return KNOWN.has(word);
}

/**
 * Completes a word of which only the beginning was typed.
 *
 * @param typed The beginning.
 * @param also Words besides the usual ones; they go first.
 * @returns The word, or what was typed if it begins none or several.
 */
export function completeWord(typed: string, also: ReadonlySet<string>): string {
  if (KNOWN.has(typed) || also.has(typed)) return typed;
  for (const words of [also, KNOWN]) {
    const found = [...words].filter((word) => word.startsWith(typed));
    if (found.length === 1) return found[0]!;
    // "int" is "interface", which "interfaces" begins with as well.
    const [shortest] = found.toSorted((a, b) => a.length - b.length);
    if (
      shortest !== undefined && found.every((word) => word.startsWith(shortest))
    ) return shortest;
  }
  return typed;
}

/**
 * The part of a line that only one line may have.
 *
 * @param text The line.
 * @param style How lines nest.
 * @returns That part, up to the value, or nothing.
 */
export function singleKey(
  text: string,
  style: ConfigStyle,
): string | undefined {
  const own = style === "indent" ? SINGLE_LINE.exec(text) : null;
  if (own !== null) return own[1];
  const found = SINGLE.exec(text);
  if (found === null) return undefined;
  return text.slice(0, found.index + found[0].length - 1).trimEnd();
}

/**
 * The name that a configuration gives the device.
 *
 * @param text One line of it.
 * @returns The name, if this is the line.
 */
export function hostNameIn(text: string): string | undefined {
  return /(?:^|\s)(?:hostname|host-name|sysname|sysName|switchname)\s+"?([\w.-]+)"?$/
    .exec(text)?.[1];
}
