/**
 * Who reaches whom: echo requests, connections and datagrams from the nodes of
 * a lab, by sockets that the agent opens in them. No program is started.
 *
 * @module
 */

import { DUMP, Message, NetlinkSocket, REQUEST } from "../linux/netlink.ts";
import { type Address, parse } from "../ip/address.ts";
import { errno, errnoName, libc } from "../ffi/libc.ts";
import { inSpaces, type Spaces } from "./agent_spaces.ts";
import {
  ECHO,
  echoInside,
  echoRequest,
  openSocket,
  POLLIN,
  POLLOUT,
  readIcmp,
  SOCK_DGRAM,
  SOCK_RAW,
  SOCK_STREAM,
  socketAddress,
} from "./agent_icmp.ts";
import type { ReachOutcome, ReachProbe } from "./calls.ts";

const SOL_SOCKET = 1;
const SO_ERROR = 4;
const SO_RCVBUF = 8;

/**
 * Questions at once: below the limit of descriptors that most machines have, and
 * of neighbours, of which all namespaces together may have 1,024 and a question
 * may take two.
 */
const ABREAST = 400;
/** When what may have been lost is sent once more, as a share of the limit. */
const AGAIN = 0.4;

/** One question under way. */
interface Question {
  readonly probe: ReachProbe;
  readonly address: Address;
  /** Its place among the answers, and an echo request's sequence number. */
  readonly place: number;
  /** Its socket; an echo socket is shared by a node's. */
  readonly fd: number;
  readonly send: () => void;
}

/**
 * Asks.
 *
 * @param spaces The nodes' namespaces by name.
 * @param probes The questions.
 * @param timeout How long to wait for each answer, in milliseconds.
 * @param signal Stops it.
 * @returns An outcome for each, in order.
 */
export async function reach(
  spaces: ReadonlyMap<string, Spaces>,
  probes: readonly ReachProbe[],
  timeout: number,
  signal: AbortSignal,
): Promise<ReachOutcome[]> {
  const outcomes: ReachOutcome[] = [];
  for (let from = 0; from < probes.length; from += ABREAST) {
    signal.throwIfAborted();
    const round = new Round(spaces, probes.slice(from, from + ABREAST));
    outcomes.push(...await round.run(timeout, signal));
    if (probes.length > ABREAST) forgetNeighbours(spaces);
  }
  return outcomes;
}

const RTM_DELNEIGH = 29;
const RTM_GETNEIGH = 30;
const NDA_DST = 1;
const NUD_LEARNT = 0x3e;

/** Makes room for more: what was learnt is learnt again when it is needed. */
function forgetNeighbours(spaces: ReadonlyMap<string, Spaces>): void {
  const purpose = { op: "forget", target: "neighbours" };
  for (const one of spaces.values()) {
    using socket = inSpaces(one, () => NetlinkSocket.open());
    const all = new Message(RTM_GETNEIGH, REQUEST | DUMP, purpose);
    const messages = socket.dump(
      all.struct(new Uint8Array(12)),
      (neighbour) => {
        if ((neighbour.u16(8) & NUD_LEARNT) === 0) return undefined;
        const attributes = neighbour.attributes(12);
        while (attributes.next()) {
          if (attributes.type !== NDA_DST) continue;
          const header = neighbour.bytes.slice(
            neighbour.start,
            neighbour.start + 12,
          );
          return new Message(RTM_DELNEIGH, REQUEST, purpose).struct(header)
            .octets(NDA_DST, attributes.octets());
        }
        return undefined;
      },
    );
    // One that went by itself meanwhile has gone all the same.
    socket.attempt(messages);
  }
}

class Round {
  readonly #outcomes: (ReachOutcome | undefined)[];
  readonly #questions: Question[] = [];
  readonly #echoes = new Map<string, number>();
  readonly #families = new Map<number, 4 | 6>();
  readonly #open: number[] = [];
  readonly #id = Math.floor(Math.random() * 0x10000);
  readonly #buffer = new Uint8Array(2048);

  constructor(
    spaces: ReadonlyMap<string, Spaces>,
    probes: readonly ReachProbe[],
  ) {
    this.#outcomes = new Array(probes.length).fill(undefined);
    const byNode = Map.groupBy(probes.entries(), ([, { from }]) => from);
    try {
      for (const [node, entries] of byNode) {
        inSpaces(spaces.get(node)!, () => {
          for (const [place, probe] of entries) this.#prepare(probe, place);
        });
      }
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #close(): void {
    for (const fd of this.#open.splice(0)) libc().close(fd);
  }

  #prepare(probe: ReachProbe, place: number): void {
    const address = parse(probe.address);
    const { family } = address;
    const [kind, port] = probe.probe.split("/") as [string, string?];
    if (kind === "ping") {
      const fd = this.#echoSocket(probe.from, family);
      const packet = echoRequest(family, this.#id, place);
      const to = socketAddress(address, 0);
      const send = () => {
        const sent = libc().sendto(fd, packet, packet.length, 0, to, to.length);
        if (sent >= 0) return;
        const name = errnoName(errno());
        // Others, such as a queue that is full, pass.
        if (NO_WAY.has(name)) this.#settle(place, "unreachable");
      };
      this.#questions.push({ probe, address, place, fd, send });
      return;
    }
    const isTcp = kind === "tcp";
    const fd = openSocket(family, isTcp ? SOCK_STREAM : SOCK_DGRAM, 0);
    this.#open.push(fd);
    const to = socketAddress(address, Number(port));
    const question = {
      probe,
      address,
      place,
      fd,
      send: () => {
        if (!isTcp) libc().send(fd, new Uint8Array(0), 0, 0);
      },
    };
    this.#questions.push(question);
    if (libc().connect(fd, to, to.length) < 0) {
      const name = errnoName(errno());
      if (name !== "EINPROGRESS") this.#settle(place, fromErrno(name));
    }
  }

  #echoSocket(node: string, family: 4 | 6): number {
    const key = `${node} ${family}`;
    const known = this.#echoes.get(key);
    if (known !== undefined) return known;
    // A raw one hears routers' refusals as well.
    const fd = openSocket(family, SOCK_RAW, ECHO[family].protocol);
    this.#open.push(fd);
    const size = new Int32Array([1 << 20]);
    libc().setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, 4);
    this.#echoes.set(key, fd);
    this.#families.set(fd, family);
    return fd;
  }

  #settle(place: number, outcome: ReachOutcome): void {
    this.#outcomes[place] ??= outcome;
  }

  async run(timeout: number, signal: AbortSignal): Promise<ReachOutcome[]> {
    try {
      for (const { send, place } of this.#questions) {
        if (this.#outcomes[place] === undefined) send();
      }
      const start = performance.now();
      let isAgain = false;
      for (;;) {
        const waiting = this.#questions.filter(({ place }) =>
          this.#outcomes[place] === undefined
        );
        const elapsed = performance.now() - start;
        if (waiting.length === 0 || elapsed >= timeout) break;
        if (!isAgain && elapsed >= AGAIN * timeout) {
          isAgain = true;
          for (const { send } of waiting) send();
        }
        const next = isAgain ? timeout : AGAIN * timeout;
        await this.#wait(waiting, Math.max(1, Math.ceil(next - elapsed)));
        signal.throwIfAborted();
      }
      return this.#outcomes.map((outcome) => outcome ?? "silent");
    } finally {
      this.#close();
    }
  }

  async #wait(waiting: readonly Question[], ms: number): Promise<void> {
    const fds = [...new Map(waiting.map((x) => [x.fd, x])).values()];
    const set = new Uint8Array(8 * fds.length);
    const view = new DataView(set.buffer);
    fds.forEach(({ fd, probe }, i) => {
      view.setInt32(8 * i, fd, true);
      const isTcp = probe.probe.startsWith("tcp");
      view.setInt16(8 * i + 4, isTcp ? POLLOUT : POLLIN, true);
    });
    // Short waits: a call that blocks cannot be called off.
    await libc().pollAsync(set, fds.length, Math.min(ms, 100));
    fds.forEach(({ fd, probe, place }, i) => {
      if (view.getInt16(8 * i + 6, true) === 0) return;
      if (probe.probe === "ping") this.#readEchoes(fd);
      else if (probe.probe.startsWith("tcp")) this.#readError(fd, place);
      else this.#readDatagram(fd, place);
    });
  }

  #readError(fd: number, place: number): void {
    const value = new Int32Array(1);
    libc().getsockopt(fd, SOL_SOCKET, SO_ERROR, value, new Uint32Array([4]));
    const number = value[0]!;
    this.#settle(place, number === 0 ? "open" : fromErrno(errnoName(number)));
  }

  #readDatagram(fd: number, place: number): void {
    const length = libc().recv(fd, this.#buffer, this.#buffer.length, 0);
    if (length >= 0) this.#settle(place, "open");
    else {
      const name = errnoName(errno());
      if (name !== "EAGAIN") this.#settle(place, fromErrno(name));
    }
  }

  #readEchoes(fd: number): void {
    const family = this.#families.get(fd)!;
    for (;;) {
      const length = libc().recv(fd, this.#buffer, this.#buffer.length, 0);
      if (length < 0) return;
      const icmp = readIcmp(family, this.#buffer.subarray(0, length));
      if (!icmp) continue;
      const isReply = icmp.type === ECHO[family].reply;
      const { id, sequence } = isReply
        ? icmp
        : echoInside(family, icmp.inner) ?? {};
      if (id !== this.#id || sequence === undefined) continue;
      if (isReply) this.#settle(sequence, "open");
      else if (icmp.type === ECHO[family].unreachable) {
        this.#settle(sequence, "unreachable");
      }
    }
  }
}

/** What sending says where no route leads on, or one says not to. */
const NO_WAY: ReadonlySet<string> = new Set([
  "EACCES",
  "EHOSTUNREACH",
  "EINVAL",
  "ENETUNREACH",
]);

function fromErrno(name: string): ReachOutcome {
  if (name === "ECONNREFUSED") return "refused";
  return name === "ETIMEDOUT" ? "silent" : "unreachable";
}
