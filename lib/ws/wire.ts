/**
 * The protocol of one WebSocket on its connection: frames, signs of life, and
 * the ways to its end.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import { NetError } from "../errors.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { failure } from "../socket/failure.ts";
import { closeReason, mayBeSent } from "./close_codes.ts";
import type { Closing, SocketFacts } from "./facts.ts";
import { encodeFrame, FrameReader, OPCODE, ProtocolFault } from "./frames.ts";

/** Hears what comes. */
export interface WireSink {
  /** A whole message, inflated. */
  message(opcode: number, payload: Uint8Array): void;
  /** The answer to a ping. */
  pong(payload: Uint8Array): void;
  /** There is room to send again. */
  drained(): void;
  /** It is over. */
  ended(closing: Closing, error: Error | undefined): void;
  /** Whether nothing more should come for now. */
  readonly full: boolean;
}

/** How long each side waits for the other to end, in milliseconds. */
const PATIENCE = 5000;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const NOTHING = new Uint8Array(0);

/** Speaks the protocol. */
export class Wire {
  /** This side. */
  readonly localAddress: Endpoint;
  /** What was agreed on. */
  readonly facts: SocketFacts;
  /** The most octets of a message. */
  readonly maxMessage: number;
  readonly #socket: NodeSocket;
  readonly #sink: WireSink;
  readonly #pulse: ReturnType<typeof setInterval> | undefined;
  #farewell: ReturnType<typeof setTimeout> | undefined;
  #closing: Closing | undefined;
  #failure: Error | undefined;
  #sent: number | undefined;
  #ours = false;
  #got: Closing | undefined;
  #heard = true;
  #asked = false;

  /**
   * Takes over a connection behind its handshake; {@linkcode start} it then.
   *
   * @param socket The connection, paused.
   * @param facts What was agreed on.
   * @param sink Hears what comes.
   */
  constructor(socket: NodeSocket, facts: SocketFacts, sink: WireSink) {
    const { maxMessage = 1024 * 1024, ping = 20_000 } = facts;
    this.facts = facts;
    this.maxMessage = maxMessage;
    this.#socket = socket;
    this.#sink = sink;
    const { localAddress = "", localPort = 0 } = socket;
    this.localAddress = new Endpoint(localAddress, localPort);
    socket.setNoDelay(true);
    socket.on("drain", () => sink.drained());
    socket.on("end", () => socket.end());
    socket.on("error", (error: Error) => this.fail(error));
    socket.on("close", () => this.#finish());
    if (ping <= 0x7fffffff) {
      this.#pulse = setInterval(() => this.#beat(ping), ping);
    }
  }

  /**
   * Begins to read.
   *
   * @param rest Octets that came behind the handshake.
   */
  start(rest: Uint8Array): void {
    const socket = this.#socket;
    const { role, deflate } = this.facts;
    const reader = new FrameReader({
      masked: role === "server",
      limit: this.maxMessage,
      compressed: deflate !== undefined,
    }, {
      message: (opcode, payload, compressed) => {
        // Behind its close frame the other side says nothing of meaning.
        if (this.#got !== undefined) return;
        this.#sink.message(
          opcode,
          compressed ? deflate!.inflate(payload, this.maxMessage) : payload,
        );
      },
      control: (opcode, payload) => this.#control(opcode, payload),
    });
    const take = (chunk: Uint8Array) => {
      if (this.#got !== undefined) return;
      this.#heard = true;
      try {
        reader.push(chunk);
      } catch (error) {
        this.#fault(error);
      }
      if (this.#sink.full) socket.pause();
    };
    socket.on("data", take);
    if (rest.length > 0) take(rest);
    if (!this.#sink.full) this.resume();
    // It may have come to its end before anyone listened.
    if (socket.destroyed) this.#finish();
  }

  /** How it came to its end, once it has. */
  get closing(): Closing | undefined {
    return this.#closing;
  }

  /** `"open"`, `"closing"` once a side has said so, `"closed"`. */
  get state(): "open" | "closing" | "closed" {
    if (this.#closing !== undefined) return "closed";
    const closing = this.#sent !== undefined || this.#got !== undefined ||
      this.#socket.destroyed;
    return closing ? "closing" : "open";
  }

  /** Octets that wait to be sent. */
  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Sends octets that are a frame. */
  write(frame: Uint8Array): void {
    this.#socket.write(frame);
  }

  /** Sends a control frame, if anything can still be sent. */
  control(opcode: number, payload: Uint8Array): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    this.write(encodeFrame(opcode, payload, this.facts.role === "client"));
  }

  /** Drops the connection; the other side sees a reset. */
  abort(): void {
    this.#socket.resetAndDestroy();
  }

  /** Takes an error for the reason of the end that follows. */
  fail(error: Error): void {
    this.#failure ??= failure(error, "talk to", this.facts.remoteAddress);
  }

  /**
   * Says that this side closes, and gives up after 5 seconds.
   *
   * @param code Why.
   * @param words Why, at most 123 octets.
   */
  close(code: number, words: Uint8Array): void {
    if (this.#sent !== undefined || this.#closing !== undefined) return;
    const payload = new Uint8Array(2 + words.length);
    payload[0] = code >> 8;
    payload[1] = code;
    payload.set(words, 2);
    this.control(OPCODE.close, payload);
    this.#sent = code;
    this.#ours = this.#got === undefined;
    this.#farewell ??= setTimeout(() => this.abort(), PATIENCE);
  }

  /** Why nothing can be done with it any more. */
  gone(op: string): Error {
    if (this.#failure !== undefined) return this.#failure;
    const { code, reason } = this.#closing ?? this.#got ??
      { code: 0, reason: "" };
    const said = reason === "" ? "" : `: ${JSON.stringify(reason)}`;
    const why = code === 0
      ? "it is being closed"
      : code === 1006
      ? "the connection broke off (1006, no close frame)"
      : `it was closed with ${code} (${closeReason(code)})${said}`;
    return new NetError(why, { code: "closed", op, target: this.facts.peer });
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (this.#got !== undefined) return;
    if (opcode === OPCODE.pong) return this.#sink.pong(payload);
    if (opcode === OPCODE.ping) {
      // One who asks without reading the answers gets no more of them.
      const room = this.waiting < this.maxMessage;
      if (this.#sent === undefined && room) this.control(OPCODE.pong, payload);
      return;
    }
    const got = readClose(payload);
    this.#got = got;
    this.close(mayBeSent(got.code) ? got.code : 1000, NOTHING);
    // The server lets go first, so that the client waits for its last octets.
    if (this.facts.role === "server") this.#socket.end();
  }

  /** The other side broke the rules: it is told, and nothing more is taken. */
  #fault(error: unknown): void {
    const fault = error instanceof ProtocolFault
      ? error
      : new ProtocolFault(1011, `what we failed at, ${error}`);
    const { closeCode, message } = fault;
    this.#failure ??= new NetError(
      `it sent ${message}, and was closed with ${closeCode} (${
        closeReason(closeCode)
      })`,
      {
        code: closeCode === 1009 ? "too-large" : "malformed",
        op: "talk to",
        target: this.facts.peer,
        cause: fault,
      },
    );
    this.close(closeCode, new TextEncoder().encode(message).subarray(0, 123));
    this.#got = { code: closeCode, reason: "", wasClean: false };
    this.#socket.end();
    clearTimeout(this.#farewell);
    // It may still be sending; what is unread would make our close a reset.
    this.#farewell = setTimeout(() => this.abort(), 1000);
  }

  #beat(ping: number): void {
    if (this.#heard || this.#sink.full) {
      this.#heard = false;
      this.#asked = false;
    } else if (!this.#asked) {
      this.#asked = true;
      this.control(OPCODE.ping, NOTHING);
    } else {
      this.#failure ??= new NetError(`no sign of life within ${2 * ping} ms`, {
        code: "timeout",
        op: "talk to",
        target: this.facts.peer,
      });
      this.abort();
    }
  }

  #finish(): void {
    if (this.#closing !== undefined) return;
    clearInterval(this.#pulse);
    clearTimeout(this.#farewell);
    const got = this.#got ?? { code: 1006, reason: "", wasClean: false };
    this.#closing = {
      ...got,
      wasClean: got.wasClean && this.#sent !== undefined,
    };
    const fine = this.#failure === undefined && this.#closing.wasClean &&
      // What we asked for ourselves is no surprise, whatever the code.
      (this.#ours || [1000, 1001, 1005].includes(got.code));
    this.#sink.ended(this.#closing, fine ? undefined : this.gone("talk to"));
  }
}

function readClose(payload: Uint8Array): Closing {
  if (payload.length === 0) return { code: 1005, reason: "", wasClean: true };
  const code = payload[0]! << 8 | payload[1]!;
  if (payload.length === 1 || !mayBeSent(code)) {
    throw new ProtocolFault(1002, "a close frame with a code that is none");
  }
  try {
    const reason = decoder.decode(payload.subarray(2));
    return { code, reason, wasClean: true };
  } catch {
    throw new ProtocolFault(1007, "a close frame that is no UTF-8");
  }
}
