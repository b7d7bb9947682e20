/**
 * One interface in the fabric's hands, with its counts.
 *
 * @module
 */

import { check, errno, libc } from "../ffi/libc.ts";
import { inNamespace } from "../ffi/namespace.ts";
import { type Burst, type Frame, VIRTIO } from "./fabric_frame.ts";
import type { Loop } from "./fabric_loop.ts";
import type { Drop, FabricEnd, PortStats } from "./fabric_spec.ts";
import {
  interfaceMac,
  isRunning,
  setOffloads,
  setUp,
} from "../linux/device.ts";
import { PacketSocket } from "./packet_socket.ts";

const F_DUPFD_CLOEXEC = 1030;

const EAGAIN = 11;
const ENXIO = 6;
const ENODEV = 19;
const ENETDOWN = 100;
const ENOBUFS = 105;

/** What all ports of a fabric share. */
export interface Surroundings {
  /** Where they wait for frames. */
  readonly loop: Loop;
  /** Where they read them to. */
  readonly burst: Burst;
}

/** A socket on an interface, and what went through it. */
export class FabricSocket implements Disposable {
  /** Whether its interface is up, and has a carrier, as far as is known. */
  up = true;
  /** The interface's own MAC address, with colons. */
  readonly mac: string;
  /** What is done with each frame that comes in. */
  take: (frame: Frame) => void = () => {};
  readonly #surroundings: Surroundings;
  /** Its namespace, held for as long as the socket is. */
  readonly #netns: number;
  readonly #socket: PacketSocket;
  readonly #drops = new Map<Drop, number>();
  #receivedFrames = 0;
  #receivedOctets = 0;
  #sentFrames = 0;
  #sentOctets = 0;

  /**
   * Opens the socket where the interface is, and starts to read.
   *
   * @param end The interface and its namespace.
   * @param surroundings Loop and memory.
   * @throws {NetError} If there is no such interface.
   */
  constructor(end: FabricEnd, surroundings: Surroundings) {
    const { interface: name, netns } = end;
    this.#surroundings = surroundings;
    this.#netns = check(
      libc().fcntl(netns, F_DUPFD_CLOEXEC, 3),
      "enter",
      `namespace ${netns}`,
    );
    try {
      [this.#socket, this.mac] = inNamespace(netns, () => {
        // Frames leave by it as they would on a real cable.
        setOffloads(name, false);
        const mac = interfaceMac(name).toHex().match(/../g)!.join(":");
        return [PacketSocket.open(name), mac];
      });
    } catch (error) {
      libc().close(this.#netns);
      throw error;
    }
    this.look();
    surroundings.loop.watch(this.#socket.fd, () => this.#read());
  }

  /** The interface's name. */
  get interface(): string {
    return this.#socket.interface;
  }

  /** The descriptor, for frames that come from elsewhere. */
  get fd(): number {
    return this.#socket.fd;
  }

  /** Looks whether its interface is up, and has a carrier. */
  look(): void {
    this.up = inNamespace(this.#netns, () => isRunning(this.interface));
  }

  /**
   * Plugs the cable in or out: the interface at its other end sees that.
   *
   * @param up Whether it is to be in.
   */
  plug(up: boolean): void {
    inNamespace(this.#netns, () => setUp(this.interface, up));
    this.look();
  }

  #read(): void {
    const { burst } = this.#surroundings;
    const count = burst.receive(this.#socket);
    // What is wrong with the interface is no news: it went down, say.
    if (count < 0) return;
    for (let i = 0; i < count; i++) {
      const frame = burst.frames[i]!;
      this.#receivedFrames += frame.frames;
      this.#receivedOctets += frame.octets;
      this.take(frame);
    }
  }

  /**
   * Sends a frame, or counts why it could not be.
   *
   * @param frame The frame.
   */
  send(frame: Frame): void {
    const { frames, octets } = frame;
    this.sent(frame.send(this.#socket.fd), frames, octets);
  }

  /**
   * Sends a frame of our own.
   *
   * @param content The frame, without a virtio header.
   */
  readonly sendOwn = (content: Uint8Array): void => {
    const bytes = new Uint8Array(VIRTIO + content.length);
    bytes.set(content, VIRTIO);
    const sent = libc().send(this.fd, bytes, bytes.length, 0);
    this.sent(sent < 0 ? errno() : 0, 1, content.length);
  };

  /**
   * Counts what became of a frame that was sent.
   *
   * @param errno 0, or what the kernel had against it.
   * @param frames How many frames it is on a cable.
   * @param octets Their octets.
   */
  sent(errno: number, frames: number, octets: number): void {
    if (errno === 0) {
      this.#sentFrames += frames;
      this.#sentOctets += octets;
      return;
    }
    const isFull = errno === EAGAIN || errno === ENOBUFS;
    const isDown = errno === ENETDOWN || errno === ENXIO || errno === ENODEV;
    this.drop(isFull ? "overflow" : isDown ? "down" : "refused", frames);
  }

  /**
   * Counts frames that go no further.
   *
   * @param why The reason.
   * @param frames How many.
   */
  drop(why: Drop, frames: number): void {
    this.#drops.set(why, (this.#drops.get(why) ?? 0) + frames);
  }

  /** Tells what it has seen. */
  stats(): PortStats {
    const drops: Partial<Record<Drop, number>> = Object.fromEntries(
      this.#drops,
    );
    const missed = this.#socket.drops;
    if (missed > 0) drops.overflow = (drops.overflow ?? 0) + missed;
    return {
      interface: this.interface,
      up: this.up,
      received: { frames: this.#receivedFrames, octets: this.#receivedOctets },
      sent: { frames: this.#sentFrames, octets: this.#sentOctets },
      dropped: Object.values(drops).reduce((sum, n) => sum + n, 0),
      drops,
    };
  }

  /** Closes it. */
  [Symbol.dispose](): void {
    this.#surroundings.loop.unwatch(this.#socket.fd);
    this.#socket[Symbol.dispose]();
    libc().close(this.#netns);
  }
}
