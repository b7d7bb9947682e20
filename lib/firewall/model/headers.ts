/**
 * The headers that nft 1.0.6 knows by name, and their fields: data type,
 * offset and width in bits, from where the header's layer begins (so a VLAN
 * tag's fields begin behind the Ethernet header).
 *
 * @see nft(8), PAYLOAD EXPRESSIONS
 *
 * @module
 */

/** A field: data type, offset, width, and what type of message has it. */
export type FieldRow = readonly [
  type: string,
  offset: number,
  bits: number,
  ofType?: readonly string[],
];

/** A header, as the tables have it. */
export interface HeaderRow {
  readonly layer: "ll" | "nh" | "th";
  /** What must hold for the header to be there. */
  readonly needs: Readonly<
    Partial<Record<"l4proto" | "nfproto" | "protocol" | "iiftype", string>>
  >;
  readonly fields: Readonly<Record<string, FieldRow>>;
}

const ports = {
  sport: ["inet_service", 0, 16],
  dport: ["inet_service", 16, 16],
} as const;

export const headerTable = {
  ether: {
    layer: "ll",
    needs: { iiftype: "ether" },
    fields: {
      daddr: ["ether_addr", 0, 48],
      saddr: ["ether_addr", 48, 48],
      type: ["ether_type", 96, 16],
    },
  },
  vlan: {
    layer: "ll",
    needs: { iiftype: "ether", protocol: "8021q" },
    fields: {
      pcp: ["integer", 112, 3],
      dei: ["integer", 115, 1],
      id: ["integer", 116, 12],
      type: ["ether_type", 128, 16],
    },
  },
  arp: {
    layer: "nh",
    needs: { protocol: "arp" },
    fields: {
      htype: ["integer", 0, 16],
      ptype: ["ether_type", 16, 16],
      hlen: ["integer", 32, 8],
      plen: ["integer", 40, 8],
      operation: ["arp_op", 48, 16],
      "saddr ether": ["ether_addr", 64, 48],
      "saddr ip": ["ipv4_addr", 112, 32],
      "daddr ether": ["ether_addr", 144, 48],
      "daddr ip": ["ipv4_addr", 192, 32],
    },
  },
  ip: {
    layer: "nh",
    needs: { nfproto: "ipv4" },
    fields: {
      version: ["integer", 0, 4],
      hdrlength: ["integer", 4, 4],
      dscp: ["dscp", 8, 6],
      ecn: ["ecn", 14, 2],
      length: ["integer", 16, 16],
      id: ["integer", 32, 16],
      "frag-off": ["integer", 48, 16],
      ttl: ["integer", 64, 8],
      protocol: ["inet_proto", 72, 8],
      checksum: ["integer", 80, 16],
      saddr: ["ipv4_addr", 96, 32],
      daddr: ["ipv4_addr", 128, 32],
    },
  },
  icmp: {
    layer: "th",
    needs: { nfproto: "ipv4", l4proto: "icmp" },
    fields: {
      type: ["icmp_type", 0, 8],
      code: ["icmp_code", 8, 8],
      checksum: ["integer", 16, 16],
      id: ["integer", 32, 16, ["echo-reply", "echo-request"]],
      sequence: ["integer", 48, 16, ["echo-reply", "echo-request"]],
      gateway: ["integer", 32, 32, ["redirect"]],
      mtu: ["integer", 48, 16, ["destination-unreachable"]],
    },
  },
  igmp: {
    layer: "th",
    needs: { nfproto: "ipv4", l4proto: "igmp" },
    fields: {
      type: ["igmp_type", 0, 8],
      mrt: ["integer", 8, 8],
      checksum: ["integer", 16, 16],
      group: ["integer", 32, 32],
    },
  },
  ip6: {
    layer: "nh",
    needs: { nfproto: "ipv6" },
    fields: {
      version: ["integer", 0, 4],
      dscp: ["dscp", 4, 6],
      ecn: ["ecn", 10, 2],
      flowlabel: ["integer", 12, 20],
      length: ["integer", 32, 16],
      nexthdr: ["inet_proto", 48, 8],
      hoplimit: ["integer", 56, 8],
      saddr: ["ipv6_addr", 64, 128],
      daddr: ["ipv6_addr", 192, 128],
    },
  },
  icmpv6: {
    layer: "th",
    needs: { nfproto: "ipv6", l4proto: "ipv6-icmp" },
    fields: {
      type: ["icmpv6_type", 0, 8],
      code: ["icmpv6_code", 8, 8],
      checksum: ["integer", 16, 16],
      // nft 1.0.6 reads this as "param-problem" only.
      "parameter-problem": ["integer", 32, 32, ["parameter-problem"]],
      mtu: ["integer", 32, 32, ["packet-too-big"]],
      id: ["integer", 32, 16, ["echo-request", "echo-reply"]],
      sequence: ["integer", 48, 16, ["echo-request", "echo-reply"]],
      "max-delay": ["integer", 32, 16, ["mld-listener-query"]],
    },
  },
  tcp: {
    layer: "th",
    needs: { l4proto: "tcp" },
    fields: {
      ...ports,
      sequence: ["integer", 32, 32],
      ackseq: ["integer", 64, 32],
      doff: ["integer", 96, 4],
      reserved: ["integer", 100, 4],
      flags: ["tcp_flag", 104, 8],
      window: ["integer", 112, 16],
      checksum: ["integer", 128, 16],
      urgptr: ["integer", 144, 16],
    },
  },
  udp: {
    layer: "th",
    needs: { l4proto: "udp" },
    fields: {
      ...ports,
      length: ["integer", 32, 16],
      checksum: ["integer", 48, 16],
    },
  },
  udplite: {
    layer: "th",
    needs: { l4proto: "udplite" },
    fields: {
      ...ports,
      csumcov: ["integer", 32, 16],
      checksum: ["integer", 48, 16],
    },
  },
  sctp: {
    layer: "th",
    needs: { l4proto: "sctp" },
    fields: {
      ...ports,
      vtag: ["integer", 32, 32],
      checksum: ["integer", 64, 32],
    },
  },
  dccp: {
    layer: "th",
    needs: { l4proto: "dccp" },
    fields: {
      ...ports,
      type: ["dccp_pkttype", 67, 4],
    },
  },
  ah: {
    layer: "th",
    needs: { l4proto: "ah" },
    fields: {
      nexthdr: ["inet_proto", 0, 8],
      hdrlength: ["integer", 8, 8],
      reserved: ["integer", 16, 16],
      spi: ["integer", 32, 32],
      sequence: ["integer", 64, 32],
    },
  },
  esp: {
    layer: "th",
    needs: { l4proto: "esp" },
    fields: {
      spi: ["integer", 0, 32],
      sequence: ["integer", 32, 32],
    },
  },
  comp: {
    layer: "th",
    needs: { l4proto: "ipcomp" },
    fields: {
      nexthdr: ["inet_proto", 0, 8],
      flags: ["bitmask", 8, 8],
      cpi: ["integer", 16, 16],
    },
  },
  // The ports of whatever transport there is.
  th: {
    layer: "th",
    needs: {},
    fields: ports,
  },
} as const satisfies Readonly<Record<string, HeaderRow>>;

/** Other spellings of fields, which nft reads. */
export const fieldAliases: Readonly<
  Record<string, Readonly<Record<string, string>>>
> = {
  icmp: { sequencenumber: "sequence" },
  icmpv6: {
    "param-problem": "parameter-problem",
    "packet-too-big": "mtu",
  },
  vlan: { cfi: "dei" },
};
