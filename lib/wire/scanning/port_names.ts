/**
 * Which service commonly answers at a port, and which ports are common.
 *
 * @module
 */
import { mustBe } from "../../linux/option_kinds.ts";

/** What carries ports that are scanned. */
export type PortProtocol = "tcp" | "udp";

/**
 * Services of TCP, those that are met most often first: their order is what a
 * short scan goes by.
 */
const TCP = `
80 http, 443 https, 22 ssh, 21 ftp, 25 smtp, 23 telnet, 53 domain, 110 pop3,
143 imap, 445 microsoft-ds, 139 netbios-ssn, 135 epmap, 3389 ms-wbt-server,
8080 http-alt, 993 imaps, 995 pop3s, 587 submission, 465 submissions, 111 sunrpc,
3306 mysql, 5432 postgresql, 8443 https-alt, 5900 vnc, 1723 pptp, 389 ldap,
636 ldaps, 179 bgp, 2049 nfs, 6379 redis, 27017 mongodb, 9200 elasticsearch,
1433 ms-sql-s, 1521 oracle, 8000 http-alt, 8008 http-alt, 8081 http-alt,
8888 http-alt, 3128 squid-http, 1080 socks, 5060 sip, 5061 sips, 554 rtsp,
515 printer, 631 ipp, 9100 jetdirect, 88 kerberos, 464 kpasswd, 113 ident,
119 nntp, 548 afp, 873 rsync, 902 vmware-auth, 990 ftps, 992 telnets, 1194 openvpn,
1883 mqtt, 8883 mqtts, 2082 cpanel, 2083 cpanels, 2375 docker, 2376 dockers,
2379 etcd-client, 6443 kube-apiserver, 10250 kubelet, 5672 amqp, 5671 amqps,
11211 memcache, 9092 kafka, 9090 prometheus, 3268 msft-gc, 3269 msft-gc-ssl,
5985 wsman, 5986 wsmans, 5357 wsdapi, 5222 xmpp-client, 5269 xmpp-server,
6000 x11, 5901 vnc-1, 49152 rpc-dynamic, 49153 rpc-dynamic, 49154 rpc-dynamic,
8009 ajp13, 9418 git, 3690 svn, 10000 webmin, 7547 cwmp, 830 netconf-ssh, 102 iso-tsap,
502 modbus, 4840 opcua-tcp, 20000 dnp, 44818 ethernet-ip, 8291 winbox, 161 snmp,
199 smux, 514 shell, 513 login, 512 exec, 2222 ssh-alt, 853 domain-s, 79 finger,
7 echo, 9 discard, 13 daytime, 17 qotd, 19 chargen, 20 ftp-data, 37 time,
42 nameserver, 43 whois, 49 tacacs, 70 gopher, 81 http-alt, 104 acr-nema, 106 pop3pw,
109 pop2, 163 cmip-man, 264 bgmp, 311 asip-webadmin, 427 svrloc, 444 snpp,
523 ibm-db2, 540 uucp, 543 klogin, 544 kshell, 563 nntps, 593 http-rpc-epmap,
623 asf-rmcp, 639 msdp, 646 ldp, 655 tinc, 674 acap, 700 epp, 749 kerberos-adm,
783 spamd, 831 netconf-beep, 860 iscsi, 861 owamp-control, 862 twamp-control,
989 ftps-data, 1099 rmiregistry, 1344 icap, 1352 lotusnote, 1494 ica, 1720 h323hostcall,
1755 ms-streaming, 1935 rtmp, 2000 cisco-sccp, 2086 whm, 2087 whms, 2095 webmail,
2096 webmails, 2121 ftp-alt, 2181 zookeeper, 2380 etcd-server, 2401 cvspserver,
2404 iec-104, 2484 oracle-tls, 2598 citrix, 2601 zebra, 2604 ospfd, 2605 bgpd,
2628 dict, 2947 gpsd, 3000 http-dev, 3205 isns, 3260 iscsi-target, 3478 stun, 3493 nut,
3632 distcc, 3689 daap, 4190 sieve, 4369 epmd, 4443 https-alt, 4460 ntske,
4786 smart-install, 4899 radmin, 5000 http-dev, 5001 iperf, 5201 iperf3,
5349 turns, 5355 llmnr, 5555 adb, 5601 kibana, 5631 pcanywhere, 5666 nrpe,
5683 coap, 5684 coaps, 5800 vnc-http, 5902 vnc-2, 5903 vnc-3, 5938 teamviewer,
5984 couchdb, 6001 x11-1, 6002 x11-2, 6513 netconf-tls, 6514 syslog-tls,
6566 sane-port, 6633 openflow, 6653 openflow, 6660 irc, 6661 irc, 6662 irc, 6663 irc,
6664 irc, 6665 irc, 6666 irc, 6667 irc, 6668 irc, 6669 irc, 6697 ircs, 6881 bittorrent,
7000 afs3-fileserver, 7001 afs3-callback, 7070 realserver, 7474 neo4j, 7687 bolt,
8086 influxdb, 8088 http-alt, 8123 clickhouse-http, 8140 puppet, 8200 vault,
8333 bitcoin, 8500 consul, 8530 wsus, 8531 wsus-tls, 8728 routeros-api,
8729 routeros-apis, 8834 nessus, 9000 http-alt, 9042 cassandra, 9091 http-alt,
9300 elasticsearch-node, 9339 gnmi, 9340 gribi, 9389 adws, 9443 https-alt,
10050 zabbix-agent, 10051 zabbix-trapper, 15672 rabbitmq-http, 16992 amt-http,
16993 amt-https, 25565 minecraft, 27018 mongodb, 32400 plex, 33060 mysqlx,
47808 bacnet, 50051 grpc, 61613 stomp, 61616 openwire, 62078 iphone-sync
`;

/** The same for UDP. */
const UDP = `
53 domain, 123 ntp, 161 snmp, 67 bootps, 68 bootpc, 137 netbios-ns, 138 netbios-dgm,
69 tftp, 500 isakmp, 4500 ipsec-nat-t, 514 syslog, 520 rip, 1900 ssdp, 5353 mdns,
111 sunrpc, 162 snmptrap, 443 https, 1194 openvpn, 51820 wireguard, 1812 radius,
1813 radius-acct, 1645 radius-old, 1646 radius-acct-old, 5060 sip, 3478 stun,
5355 llmnr, 3702 ws-discovery, 631 ipp, 88 kerberos, 389 ldap, 464 kpasswd,
1434 ms-sql-m, 1701 l2tp, 2049 nfs, 4789 vxlan, 6343 sflow, 2055 netflow, 4739 ipfix,
623 asf-rmcp, 11211 memcache, 47808 bacnet, 5683 coap, 5684 coaps, 3784 bfd-control,
3785 bfd-echo, 4784 bfd-multi-ctl, 1985 hsrp, 3222 glbp, 646 ldp, 521 ripng,
546 dhcpv6-client, 547 dhcpv6-server, 319 ptp-event, 320 ptp-general, 7 echo,
9 discard, 13 daytime, 17 qotd, 19 chargen, 37 time, 49 tacacs, 177 xdmcp,
427 svrloc, 512 biff, 513 who, 517 talk, 518 ntalk, 853 domain-s, 655 tinc,
1718 h323gatedisc, 1719 h323gatestat, 2123 gtp-control, 2152 gtp-user, 3389 ms-wbt-server,
3544 teredo, 3799 radius-dynauth, 4569 iax, 5004 rtp, 5005 rtcp, 5061 sips,
5246 capwap-control, 5247 capwap-data, 5349 turns, 5351 nat-pmp, 6081 geneve,
6696 babel, 8125 statsd, 8472 vxlan-linux, 19132 minecraft-be, 20000 dnp,
27015 source-engine, 33434 traceroute, 34964 profinet-cm, 41641 tailscale,
44818 ethernet-ip, 57621 spotify-local, 64738 mumble, 135 epmap, 139 netbios-ssn, 445 microsoft-ds
`;

/**
 * Where unnamed services tend to be: beside well-known ones, at round numbers,
 * where systems begin to hand out ports. They fill a list up.
 */
const HABITS: readonly (readonly [first: number, last: number])[] = [
  [8001, 8020],
  [8082, 8100],
  [9001, 9010],
  [1025, 1040],
  [49155, 49175],
  [32768, 32790],
  [5002, 5010],
  [3001, 3010],
  [2001, 2010],
  [4000, 4010],
  [6003, 6009],
  [7002, 7010],
  [5904, 5910],
  [9093, 9110],
  [10001, 10020],
  [1, 255],
  [8180, 8199],
  [8444, 8450],
  [1100, 1130],
  [256, 1023],
  [30000, 30100],
];

type Names = ReadonlyMap<number, string>;

function read(text: string): Names {
  const names = new Map<number, string>();
  for (const entry of text.trim().split(/,\s+/)) {
    const [port, name] = entry.split(" ") as [string, string];
    names.set(Number(port), name);
  }
  return names;
}

let tables: Readonly<Record<PortProtocol, Names>> | undefined;

function tableOf(protocol: PortProtocol): Names {
  tables ??= { tcp: read(TCP), udp: read(UDP) };
  return tables[protocol];
}

/**
 * Names the service that commonly answers at a port, which says nothing of the
 * one that does.
 *
 * @param port The port.
 * @param protocol What carries it. @default {"tcp"}
 * @returns The name, after IANA's registry where that has the one in use;
 * `undefined` if none is common.
 * @see RFC 6335, https://www.iana.org/assignments/service-names-port-numbers
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.wire.serviceName(22), "ssh");
 * assert.equal(net.wire.serviceName(161, "udp"), "snmp");
 * assert.equal(net.wire.serviceName(4), undefined);
 * ```
 */
export function serviceName(
  port: number,
  protocol: PortProtocol = "tcp",
): string | undefined {
  mustBe("name a service", "port", port, "whole");
  return tableOf(protocol).get(port);
}

/**
 * Finds the ports where a service commonly answers.
 *
 * @param name The service's name.
 * @param protocol What carries it.
 * @returns The ports, the usual one first; none for a name that is not known.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.wire.servicePorts("ssh", "tcp"), [22]);
 * ```
 */
export function servicePorts(name: string, protocol: PortProtocol): number[] {
  return [...tableOf(protocol)].flatMap(([port, known]) =>
    known === name ? [port] : []
  );
}

/**
 * Gives the ports where something answers most often.
 *
 * @param count How many.
 * @param protocol What carries them.
 * @returns The ports, the most common first.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.wire.commonPorts(3, "tcp"), [80, 443, 22]);
 * ```
 */
export function commonPorts(count: number, protocol: PortProtocol): number[] {
  mustBe("list ports", "count", count, "whole");
  const ports = new Set(tableOf(protocol).keys());
  for (const [first, last] of HABITS) {
    for (let port = first; port <= last && ports.size < count; port++) {
      ports.add(port);
    }
  }
  return [...ports].slice(0, count);
}
