/**
 * UDP sockets of the kernel's own, through the C library: many datagrams a call,
 * every option, errors that come back, and what is known of each datagram.
 *
 * @see udp(7)
 * @module
 */

import { check, errno, libc } from "../ffi/libc.ts";
import type { Family } from "../ip/address.ts";
import { Datagram } from "./datagram.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Inbox, inbox, MSG_DONTWAIT } from "./inbox.ts";
import { changeMembership, type Membership } from "./multicast.ts";
import { outbox } from "./outbox.ts";
import { Pump, yieldTurn } from "./pump.ts";
import { SendRoom } from "./send_room.ts";
import {
  ADDRESS_SIZE,
  decodeEndpoint,
  familyOf,
  Interfaces,
  Senders,
} from "./socket_address.ts";
import {
  type Carrier,
  closedError,
  type OpenOptions,
  type Sink,
  type Taken,
} from "./udp_carrier.ts";
import {
  isLater,
  kernelFailure,
  reportError,
  sendError,
  takeReports,
} from "./udp_errors.ts";
import { type Beside, readBeside } from "./udp_facts.ts";
import {
  getKernelOption,
  kernelDrops,
  type OptionName,
  setKernelOption,
  type SocketOptions,
} from "./udp_options.ts";
import { TargetNames } from "./udp_target_names.ts";

const EMSGSIZE = 90;
const EIO = 5;
const EINVAL = 22;

/** Calls that take what has come before others get their turn. */
const TURN = 8;
/** The same for calls that send. */
const SEND_TURN = 64;
/** No datagram is longer. */
const LONGEST = 65_535;

/** The promise for all that the kernel took at once. */
const TAKEN = Promise.resolve();

/** A datagram that waits for its turn, with the promise for it. */
interface Waiting {
  readonly data: Uint8Array;
  readonly target: Endpoint | undefined;
  readonly name: Uint8Array<ArrayBuffer> | undefined;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function refuse(row: readonly Waiting[], remote: Endpoint | undefined): void {
  for (const { target, reject } of row) {
    reject(closedError("send to", target ?? remote!));
  }
}

/** A UDP socket of the kernel's. */
export class KernelCarrier implements Carrier {
  readonly fd: number;
  readonly family: Family;
  readonly interfaces: Interfaces;
  readonly local: Endpoint;
  readonly remote: Endpoint | undefined;
  multicastInterface = "";
  readonly #box: Inbox = inbox();
  readonly #senders: Senders;
  readonly #names: TargetNames;
  readonly #beside: Beside | undefined;
  readonly #wantsFacts: boolean;
  readonly #pump: Pump;
  readonly #room: SendRoom;
  #row: Waiting[] = [];
  /** Settles when all that was handed over so far is in the kernel, or refused. */
  #busy: Promise<unknown> = Promise.resolve();
  #jobs = 0;
  #isTurnTaken = false;
  readonly #endTurn = (): void => {
    this.#isTurnTaken = false;
  };
  #cuts: boolean;
  #sink: Sink | undefined;
  #isClosed = false;

  /**
   * Takes a socket that is bound, and connected if there is a remote.
   *
   * @param fd The socket.
   * @param remote The one it is connected to.
   * @param options What `open` was told.
   */
  constructor(fd: number, remote: Endpoint | undefined, options: OpenOptions) {
    const { facts = false, offload = false } = options;
    this.fd = fd;
    this.interfaces = new Interfaces(fd);
    this.#senders = new Senders(this.interfaces);
    const name = new Uint8Array(ADDRESS_SIZE);
    const size = new Uint32Array([name.length]);
    check(libc().getsockname(fd, name, size), "open", "a UDP socket");
    this.local = decodeEndpoint(name, this.interfaces);
    this.family = familyOf(this.local.hostname);
    this.#names = new TargetNames(this.family, this.interfaces);
    this.remote = remote;
    this.multicastInterface = options.options?.multicastInterface ?? "";
    this.#wantsFacts = facts;
    this.#cuts = offload;
    this.#beside = facts || offload ? readBeside() : undefined;
    this.#pump = new Pump(
      fd,
      () => this.#takeAll(),
      () => this.#sink?.isAwaited ?? false,
    );
    this.#room = new SendRoom(fd);
  }

  get dropped(): number {
    return this.#isClosed ? 0 : kernelDrops(this.fd);
  }

  listen(sink: Sink): void {
    this.#sink = sink;
  }

  poll(): void {
    this.#takeAll();
  }

  pump(): void {
    void this.#pump.run();
  }

  /** Takes what has come, or errors; says whether there was either. */
  #takeAll(): boolean {
    let isAny = false;
    for (let turn = 0; turn < TURN && !this.#isClosed; turn++) {
      const count = this.#box.receive(this.fd, 0);
      if (count <= 0) {
        // With nothing to read, what woke us may be an error.
        return turn === 0 ? this.#hearErrors(count) : isAny;
      }
      isAny = true;
      for (let i = 0; i < count; i++) this.#take(i);
      if (this.#box.isLast(count)) break;
    }
    return isAny;
  }

  #take(i: number): void {
    const box = this.#box;
    const from = this.#senders.read(box.names, box.name(i));
    const start = box.start(i);
    const end = start + box.length(i);
    const beside = this.#beside;
    if (beside === undefined) {
      this.#sink?.arrive(new Datagram(box.octets.slice(start, end), from));
      return;
    }
    beside.read(box, i, this.interfaces);
    const facts = this.#wantsFacts ? beside.facts() : undefined;
    // What the kernel joined is cut again; one that is empty is one all the same.
    const size = beside.segment > 0 ? beside.segment : Math.max(1, end - start);
    let at = start;
    do {
      const data = box.octets.slice(at, Math.min(end, at + size));
      this.#sink?.arrive(new Datagram(data, from, facts));
      at += size;
    } while (at < end);
  }

  #hearErrors(result: number): boolean {
    const { remote } = this;
    const reports = remote === undefined
      ? []
      : takeReports(this.fd, this.#box, this.interfaces);
    for (const report of reports) {
      this.#sink?.fail(reportError(report, "receive from", remote!));
    }
    if (reports.length > 0) return true;
    if (result === 0 || isLater(-result)) return false;
    const error = kernelFailure(-result, "receive on", remote ?? this.local);
    this.#sink?.fail(error);
    return true;
  }

  send(data: Uint8Array, target: Endpoint | undefined): Promise<void> {
    if (target === undefined) return this.#send(data, target, undefined);
    const known = this.#names.known(target);
    return known === undefined
      ? this.#names.find(target).then((name) => this.#send(data, target, name))
      : this.#send(data, target, known);
  }

  #send(
    data: Uint8Array,
    target: Endpoint | undefined,
    name: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<void> {
    // A number that was a descriptor may be another's by now.
    if (this.#isClosed) throw closedError("send to", target ?? this.remote!);
    if (!this.#isTurnTaken && this.#jobs === 0) {
      // The first of a turn leaves at once, the others in one call.
      this.#isTurnTaken = true;
      queueMicrotask(this.#endTurn);
      const error = this.#sendOne(data, name);
      if (error === 0) return TAKEN;
      if (!isLater(error)) throw this.#sendError(error, target);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const row = this.#row;
    row.push({ data, target, name, resolve, reject });
    if (row.length === 1) void this.#enqueue(() => this.#sendRow(row));
    return promise;
  }

  /** What is handed over goes in the order of that. */
  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    this.#jobs++;
    const done = this.#busy.then(job);
    const settle = () => void this.#jobs--;
    this.#busy = done.then(settle, settle);
    return done;
  }

  async #sendRow(row: Waiting[]): Promise<void> {
    this.#endRow();
    while (row.length > 0) {
      if (this.#isClosed) return refuse(row, this.remote);
      const { taken, error } = this.#sendSome(row);
      for (let i = 0; i < taken; i++) row[i]!.resolve();
      if (taken > 0) row = row.slice(taken);
      if (error === 0) continue;
      if (isLater(error)) await this.#room.wait();
      else if (!this.#stopsCutting(error)) {
        const { target, reject } = row.shift()!;
        reject(this.#sendError(error, target));
      }
    }
  }

  /**
   * Whether an error may come of leaving the cutting to the kernel: parts longer
   * than the way's MTU, or a way where it does not. Then it is not left to it again.
   */
  #stopsCutting(error: number): boolean {
    if (!this.#cuts || ![EMSGSIZE, EINVAL, EIO].includes(error)) return false;
    this.#cuts = false;
    return true;
  }

  /** Gives the number of the error, 0 for none. */
  #sendOne(
    data: Uint8Array,
    name: Uint8Array<ArrayBuffer> | undefined,
  ): number {
    if (data.length > LONGEST) return EMSGSIZE;
    const sent = libc().sendto(
      this.fd,
      data as Uint8Array<ArrayBuffer>,
      data.length,
      MSG_DONTWAIT,
      name ?? null,
      name?.length ?? 0,
    );
    return sent < 0 ? errno() : 0;
  }

  #sendSome(row: readonly Waiting[]): { taken: number; error: number } {
    const out = outbox();
    let tooLong = false;
    for (const { data, name } of row) {
      tooLong = data.length > LONGEST;
      if (tooLong || !out.add(data, name, this.#cuts)) break;
    }
    const result = out.send(this.fd);
    return tooLong && result.error === 0
      ? { taken: result.taken, error: EMSGSIZE }
      : result;
  }

  async sendAll(
    list: readonly Uint8Array[],
    target: Endpoint | undefined,
  ): Promise<Taken> {
    const name = target === undefined
      ? undefined
      : this.#names.known(target) ?? await this.#names.find(target);
    // What was handed over before this goes before this.
    this.#endRow();
    return await this.#enqueue(() => this.#sendList(list, target, name));
  }

  /** Who comes from now on starts the next row. */
  #endRow(): void {
    this.#row = [];
  }

  async #sendList(
    list: readonly Uint8Array[],
    target: Endpoint | undefined,
    name: Uint8Array<ArrayBuffer> | undefined,
  ): Promise<Taken> {
    let at = 0;
    let octets = 0;
    const end = (n: number) => {
      const error = this.#sendError(n, target);
      return { taken: at, octets, error };
    };
    for (let turn = 1; at < list.length; turn++) {
      if (this.#isClosed) return end(0);
      const out = outbox();
      let next = at;
      let tooLong = false;
      for (; next < list.length; next++) {
        const data = list[next]!;
        tooLong = data.length > LONGEST;
        if (tooLong || !out.add(data, name, this.#cuts)) break;
      }
      const { taken, error } = out.send(this.fd);
      for (const stop = at + taken; at < stop; at++) octets += list[at]!.length;
      if (error === 0) {
        if (tooLong) return end(EMSGSIZE);
        // Whoever receives, perhaps here, must get a turn.
        if (turn % SEND_TURN === 0) await yieldTurn();
      } else if (isLater(error)) await this.#room.wait();
      else if (!this.#stopsCutting(error)) return end(error);
    }
    return { taken: at, octets };
  }

  #sendError(n: number, target: Endpoint | undefined): Error {
    const to = target ?? this.remote!;
    if (this.#isClosed) return closedError("send to", to);
    const [report] = this.remote === undefined
      ? []
      : takeReports(this.fd, this.#box, this.interfaces);
    return report === undefined
      ? sendError(n, this.local, to, this.getOption("broadcast"))
      : reportError(report, "send to", to);
  }

  setOption<K extends OptionName>(name: K, value: SocketOptions[K]): void {
    this.#check("set", name);
    setKernelOption(this, name, value);
  }

  getOption<K extends OptionName>(name: K): SocketOptions[K] {
    this.#check("read", name);
    return getKernelOption(this, name);
  }

  changeMembership(member: Membership, joins: boolean): void {
    this.#check(joins ? "join" : "leave", `${member.group}`);
    changeMembership(this, member, joins);
  }

  #check(op: string, what: string): void {
    if (this.#isClosed) throw closedError(`${op} ${what} of`, this.local);
  }

  close(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#isClosed = true;
    this.#pump[Symbol.dispose]();
    this.#room[Symbol.dispose]();
    libc().close(this.fd);
    return Promise.resolve();
  }
}
