/**
 * A network namespace to ask in, and what was found out there: the ways, the
 * hardware addresses, and open sockets.
 *
 * It is kept for a second after its last use, as to find and open all that takes a
 * hundred times as long as to ask. The kernel tells when something there changes;
 * then all is found anew. So no packet goes the old way because it was asked about
 * a moment ago.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { cString, errno, libc } from "../../ffi/libc.ts";
import { namespaceId, openNamespace } from "../../ffi/namespace.ts";
import type { Address, Family } from "../../ip/address.ts";
import { inside } from "../../linux/entering.ts";
import { NETLINK_ROUTE, NetlinkSocket } from "../../linux/netlink.ts";
import { NetworkSocket } from "../link/network_socket.ts";
import { type Way, wayTo } from "../link/way.ts";
import { Line } from "./line.ts";

/** News of links, neighbours, addresses, routes and rules (linux/rtnetlink.h, RTNLGRP_…). */
const GROUPS = [1, 3, 5, 7, 8, 9, 11, 19];
const RTM_NEWLINK = 16;
const RTM_DELLINK = 17;
/** Milliseconds after the last use. */
const KEPT = 1000;
/** Ways that are remembered. */
const MOST = 65_536;

/** Those that are in use, or were a moment ago. */
const places = new Map<string, Place>();

/** A network namespace to ask in. */
export class Place {
  /** Its own descriptor of the namespace; `undefined` for this thread's. */
  readonly namespace: number | undefined;
  /** Addresses that may be asked, as was found. */
  readonly permitted: Set<number | string> = new Set();
  /** Hardware addresses, by interface and next hop. */
  readonly hardware: Map<string, Uint8Array> = new Map();
  readonly #id: string;
  readonly #ways = new Map<string, Way>();
  readonly #idle = new Map<string, Line>();
  readonly #network = new Map<Family, NetworkSocket>();
  readonly #news: NetlinkSocket;
  #generation = 0;
  #users = 0;
  #lastUsed = 0;
  #isTimed = false;

  private constructor(id: string, namespace: number | undefined) {
    this.#id = id;
    this.namespace = namespace;
    this.#news = inside(
      namespace,
      () => NetlinkSocket.open(NETLINK_ROUTE, { groups: GROUPS }),
    );
  }

  /**
   * Comes to a place; {@linkcode Place.leave} it.
   *
   * @param namespace A descriptor of it, or its file. @default {this thread's}
   * @returns The place, with nothing in it that is out of date.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  static at(namespace: number | string | undefined): Place {
    const id = identityOf(namespace);
    let place = places.get(id);
    if (place === undefined) {
      place = Place.#open(id, namespace);
      places.set(id, place);
    } else place.#hearNews();
    place.#users++;
    return place;
  }

  static #open(id: string, namespace: number | string | undefined): Place {
    if (namespace === undefined) return new Place(id, undefined);
    // The caller may close theirs, and give the number to another.
    const own = typeof namespace === "number"
      ? openNamespace(`/proc/self/fd/${namespace}`)
      : openNamespace(namespace);
    try {
      return new Place(id, own);
    } catch (error) {
      libc().close(own);
      throw error;
    }
  }

  /** Forgets what was found if anything has changed, and of links the sockets. */
  #hearNews(): void {
    if (isQuiet(this.#news.fd)) return;
    let isChanged = false;
    let isOfLinks = false;
    for (;;) {
      try {
        const isNews = this.#news.receive(({ type }) => {
          isOfLinks ||= type === RTM_NEWLINK || type === RTM_DELLINK;
        });
        if (!isNews) break;
      } catch (error) {
        if (!(error instanceof NetError && error.code === "overrun")) {
          throw error;
        }
        isOfLinks = true;
      }
      isChanged = true;
    }
    if (isChanged) this.#forget();
    if (isOfLinks) this.#closeLines();
  }

  #forget(): void {
    this.#ways.clear();
    this.hardware.clear();
    this.permitted.clear();
  }

  #closeLines(): void {
    this.#generation++;
    for (const line of this.#idle.values()) line[Symbol.dispose]();
    this.#idle.clear();
  }

  /**
   * Finds the way to an address.
   *
   * @param to The address.
   * @param name The interface that it must leave by. @default {as the routes say}
   * @returns The way.
   * @throws {NetError} With code `"unreachable"` if there is none.
   */
  wayTo(to: Address, name?: string): Way {
    const key = `${to.key} ${name ?? ""}`;
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const way = wayTo(to, { namespace: this.namespace, interface: name });
    if (this.#ways.size >= MOST) this.#ways.clear();
    this.#ways.set(key, way);
    return way;
  }

  /**
   * Gives an interface to one who asks; {@linkcode Place.giveBack} it.
   *
   * @param name The interface.
   * @returns The line, which hears from now on.
   * @throws {NetError} If there is no such interface, or it is down.
   * @throws {PermissionError} Without CAP_NET_RAW.
   */
  line(name: string): Line {
    const idle = this.#idle.get(name);
    if (idle === undefined) {
      return new Line(name, this.namespace, this.#generation);
    }
    this.#idle.delete(name);
    idle.drain();
    return idle;
  }

  /**
   * Takes an interface back.
   *
   * @param line The line.
   * @param isWhole Whether it may be used again. @default {true}
   */
  giveBack(line: Line, isWhole = true): void {
    if (
      isWhole && !this.#idle.has(line.name) &&
      line.born === this.#generation
    ) {
      line.filter(undefined);
      this.#idle.set(line.name, line);
    } else line[Symbol.dispose]();
  }

  /**
   * Gives what sends to this machine itself.
   *
   * @param family 4 or 6.
   * @returns The socket, which stays the place's.
   * @throws {PermissionError} Without CAP_NET_RAW.
   */
  network(family: Family): NetworkSocket {
    let socket = this.#network.get(family);
    if (socket === undefined) {
      socket = NetworkSocket.open(family, { namespace: this.namespace });
      this.#network.set(family, socket);
    }
    return socket;
  }

  /** Goes away; a while after the last one did, all is closed. */
  leave(): void {
    this.#lastUsed = performance.now();
    if (--this.#users > 0 || this.#isTimed) return;
    this.#wait(KEPT);
  }

  #wait(milliseconds: number): void {
    this.#isTimed = true;
    const timer = setTimeout(() => {
      this.#isTimed = false;
      if (this.#users > 0) return;
      const left = this.#lastUsed + KEPT - performance.now();
      if (left > 1) this.#wait(left);
      else this.#close();
    }, milliseconds);
    // A program need not wait for it to end.
    Deno.unrefTimer(timer);
  }

  #close(): void {
    places.delete(this.#id);
    this.#closeLines();
    for (const socket of this.#network.values()) socket[Symbol.dispose]();
    this.#news.close();
    if (this.namespace !== undefined) libc().close(this.namespace);
  }
}

const MSG_PEEK_TRUNC_DONTWAIT = 0x62;
const EAGAIN = 11;

/** Whether nothing waits to be read: quicker than to try. */
function isQuiet(fd: number): boolean {
  return libc().recv(fd, null, 0, MSG_PEEK_TRUNC_DONTWAIT) < 0 &&
    errno() === EAGAIN;
}

const paths = new Map<number | undefined, Uint8Array<ArrayBuffer>>();
const target = new Uint8Array(64);

/** What tells namespaces apart; it is asked for with every question. */
function identityOf(namespace: number | string | undefined): string {
  if (typeof namespace === "string") {
    return inside(namespace, () => namespaceId());
  }
  let path = paths.get(namespace);
  if (path === undefined) {
    path = cString(
      namespace === undefined
        ? "/proc/thread-self/ns/net"
        : `/proc/self/fd/${namespace}`,
    );
    paths.set(namespace, path);
  }
  const length = libc().readlink(path, target, target.length);
  // It says what is wrong.
  if (length < 0) return namespaceId(namespace);
  let id = namespace === undefined ? "own " : "";
  for (let i = 0; i < length; i++) id += String.fromCharCode(target[i]!);
  return id;
}
