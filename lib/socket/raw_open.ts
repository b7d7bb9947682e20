/**
 * Opening raw sockets.
 *
 * @see raw(7), ipv6(7), icmp(7)
 * @module
 */

import { type NetError, PermissionError } from "../errors.ts";
import { errno, libc, systemError } from "../ffi/libc.ts";
import { address, type Family } from "../ip/address.ts";
import { Endpoint } from "./endpoint.ts";
import {
  mayReach,
  nameOf,
  protocolNumber,
  type RawOptions,
} from "./raw_options.ts";
import { RawSocket } from "./raw_socket.ts";
import {
  AF_INET,
  AF_INET6,
  encodeAddress,
  Interfaces,
} from "./socket_address.ts";
import { kernelFailure } from "./udp_errors.ts";
import { askForFacts } from "./udp_facts.ts";
import { inside } from "./udp_kernel_open.ts";
import { optionsIn, setKernelOption, setNumber } from "./udp_options.ts";

const SOCK_DGRAM = 2;
const SOCK_RAW = 3;
const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
/** IP_HDRINCL and IPV6_HDRINCL. */
const HEADER_INCLUDED = { 4: [0, 3], 6: [41, 36] } as const;

/**
 * Opens a raw socket. It takes Linux and `--allow-ffi`.
 *
 * @param options Which protocol of which family, and what the socket is set to.
 * @returns The socket.
 * @throws {PermissionError} Without CAP_NET_RAW, or for `"datagram"` outside
 * `net.ipv4.ping_group_range`; without `--allow-ffi`.
 * @throws {NetError} `"unsupported"`, `"not-local"`.
 * @throws {RangeError} If the protocol, the queue's length or an option is out of range.
 * @throws {TypeError} If `"datagram"` is asked for another protocol than ICMP.
 * @see raw(7), icmp(7)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using socket = net.raw.open({ protocol: "ospf", family: 4 });
 * socket.join("224.0.0.5", { interface: "eth0" });
 * for await (const packet of socket) console.log(packet);
 * ```
 */
export function open(options: RawOptions): RawSocket {
  const { family = 4, kind = "raw", header = false, queue = 1024 } = options;
  const { signal, hostname, namespace } = options;
  signal?.throwIfAborted();
  const protocol = protocolNumber(options.protocol, family);
  const settings = optionsIn(options.options ?? {});
  if (!(queue >= 1)) {
    throw new RangeError(
      `Cannot open a raw socket as 'queue' must be 1 or more packets: current value is ${queue}`,
    );
  }
  const isDatagram = kind === "datagram";
  if (isDatagram && protocol !== (family === 4 ? 1 : 58)) {
    throw new TypeError(
      `Cannot open a datagram socket as 'protocol' must be "icmp": current value is ${options.protocol}`,
    );
  }
  const { socket, bind, close } = libc();
  const type = (isDatagram ? SOCK_DGRAM : SOCK_RAW) | SOCK_NONBLOCK_CLOEXEC;
  const domain = family === 4 ? AF_INET : AF_INET6;
  const fd = inside(namespace, () => {
    const fd = socket(domain, type, protocol);
    if (fd < 0) throw openError(errno(), family, protocol, kind);
    return fd;
  });
  try {
    const interfaces = new Interfaces(fd);
    const place = { fd, family, interfaces, multicastInterface: "" };
    if (header) {
      const [level, option] = HEADER_INCLUDED[family];
      setNumber(fd, level, option, 1, "header");
    }
    askForFacts(fd, family);
    for (const [name, value] of settings) setKernelOption(place, name, value);
    if (hostname !== undefined) {
      const own = address(hostname);
      mayReach(own, "open");
      const name = encodeAddress(own, 0, interfaces);
      if (bind(fd, name, name.length) < 0) {
        throw kernelFailure(errno(), "open", new Endpoint(`${own}`, 0));
      }
    }
    return new RawSocket(fd, { family, protocol, kind }, {
      header,
      queue,
      signal,
    });
  } catch (error) {
    close(fd);
    throw error;
  }
}

function openError(
  n: number,
  family: Family,
  protocol: number,
  kind: "raw" | "datagram",
): NetError {
  const target = nameOf(family, protocol, kind);
  const error = systemError(n, "open", target);
  if (!(error instanceof PermissionError)) return error;
  return kind === "datagram"
    ? new PermissionError("this user's group may not ping", {
      code: error.code,
      op: "open",
      target,
      hint: `sudo sysctl net.ipv4.ping_group_range="0 2147483647"`,
    })
    : new PermissionError("it takes CAP_NET_RAW", {
      code: error.code,
      op: "open",
      target,
      hint:
        `sudo, or sudo setcap cap_net_raw=eip "$(readlink -f "$(command -v deno)")", or do it in a lab: .lab up pair`,
    });
}
