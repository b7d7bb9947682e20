/**
 * What can run on a node of a lab, and the options that each service takes.
 *
 * @module
 */

/** A DHCP and DNS server (dnsmasq). */
export interface DnsmasqOptions {
  /** Addresses to lease; none means no DHCP. */
  readonly dhcp?: {
    /** The first address. */
    readonly from: string;
    /** The last. */
    readonly to: string;
    /** For how long, in seconds. */
    readonly leaseSeconds: number;
    /** The default gateway that clients are told. */
    readonly gateway?: string;
    /** The name servers that clients are told; the node itself if none. */
    readonly dns?: readonly string[];
  };
  /** Names to answer for, besides the nodes' own. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** The domain that names may end in. */
  readonly domain?: string;
  /** Servers to ask for other names. */
  readonly forward: readonly string[];
}

/** A validating, caching resolver (unbound). */
export interface UnboundOptions {
  /** Names to answer for, besides the nodes' own. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Servers to ask for other names. */
  readonly forward: readonly string[];
  /** The prefix to make AAAA records with from A records (RFC 6147). */
  readonly dns64?: string;
}

/** Routing protocols (FRR). At least one of them, or `config`, is there. */
export interface FrrOptions {
  /** OSPFv2 (RFC 2328). */
  readonly ospf?: {
    /** The area of each interface that takes part: `{ eth0: "0.0.0.0" }`. */
    readonly areas: Readonly<Record<string, string>>;
    /** Seconds between hellos. */
    readonly helloSeconds: number;
    /** Seconds of silence after which a neighbour is gone. */
    readonly deadSeconds: number;
  };
  /** RIPv2 (RFC 2453). */
  readonly rip?: {
    /** The interfaces that take part. */
    readonly interfaces: readonly string[];
  };
  /** BGP-4 (RFC 4271). */
  readonly bgp?: {
    /** The router's own autonomous system. */
    readonly as: number;
    /** Neighbours' addresses to their autonomous systems. */
    readonly neighbors: Readonly<Record<string, number>>;
    /** Subnets to announce. */
    readonly networks: readonly string[];
  };
  /** Lines to add to frr.conf. */
  readonly config?: string;
}

/** A server that only has a port (sshd, iperf3). */
export interface PortOptions {
  /** Where it listens. */
  readonly port: number;
}

/** An SNMP agent (net-snmp's snmpd). */
export interface SnmpdOptions {
  /** The UDP port. */
  readonly port: number;
  /** The community that may read. */
  readonly community: string;
  /** What sysLocation says. */
  readonly location?: string;
}

/** A web server (nginx, or our own `http`). */
export interface WebOptions {
  /** The TCP port. */
  readonly port: number;
  /** What `GET /` answers. */
  readonly body: string;
}

/** Our own echo server (RFC 862). */
export interface EchoOptions {
  /** The port, the same for both. */
  readonly port: number;
  /** By which transports it listens. */
  readonly protocols: readonly ("tcp" | "udp")[];
}

/** A stateful translator between IPv6 and IPv4 (RFC 6146). */
export interface Nat64Options {
  /** The IPv6 prefix that holds IPv4 addresses, a /32, /40, /48, /56, /64 or /96. */
  readonly prefix: string;
  /** The IPv4 addresses that clients are given, a subnet. */
  readonly pool: string;
}

/** The options of each service, complete, by the service's name. */
export interface ServiceOptions {
  /** DHCP and DNS. */
  readonly dnsmasq: DnsmasqOptions;
  /** A resolver. */
  readonly unbound: UnboundOptions;
  /** Routing protocols. */
  readonly frr: FrrOptions;
  /** OpenSSH. */
  readonly sshd: PortOptions;
  /** An SNMP agent. */
  readonly snmpd: SnmpdOptions;
  /** A web server. */
  readonly nginx: WebOptions;
  /** Our own web server. */
  readonly http: WebOptions;
  /** Our own echo server. */
  readonly echo: EchoOptions;
  /** A throughput test's server. */
  readonly iperf3: PortOptions;
  /** IPv6 to IPv4. */
  readonly nat64: Nat64Options;
}

/** The name of a service. */
export type ServiceName = keyof ServiceOptions;

/** One service on a node, with all of its options. `name` tells which options. */
export type Service = {
  readonly [K in ServiceName]: {
    /** Which service. */
    readonly name: K;
    /** Its options, complete. */
    readonly options: ServiceOptions[K];
  };
}[ServiceName];
