/**
 * The agent that holds keys: which it has, and what they sign.
 *
 * @see draft-ietf-sshm-ssh-agent-05
 * @module
 */

import { NetError } from "../errors.ts";
import { environment } from "./environment.ts";
import { WireReader, WireWriter } from "./keys/wire_format.ts";

/** A key that the agent holds. */
export interface AgentKey {
  /** The public key, as it goes over the wire. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
  /** Its comment, often a path or an e-mail address. */
  readonly comment: string;
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;

/** Flags of a request to sign: which hash an RSA key is to use. */
const RSA_FLAGS = new Map([["rsa-sha2-256", 2], ["rsa-sha2-512", 4]]);

/** More than any answer has; OpenSSH's own limit. */
const LONGEST = 256 * 1024;

/**
 * Where the agent listens, as `SSH_AUTH_SOCK` tells; nothing if it does not, or
 * if this program may not ask.
 *
 * @returns A path.
 */
export function agentPath(): string | undefined {
  return environment("SSH_AUTH_SOCK") || undefined;
}

/** An agent, by the path on which it listens. Each question is a connection. */
export class SshAgent {
  /** Where it listens. */
  readonly path: string;

  /** @param path Where it listens. */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * Asks which keys it holds.
   *
   * @param signal Stops the wait.
   * @throws {NetError} With code `"agent"` if it does not answer as it should.
   */
  async keys(signal: AbortSignal): Promise<AgentKey[]> {
    const answer = await this.#ask(
      REQUEST_IDENTITIES,
      new Uint8Array(),
      signal,
    );
    const reader = this.#open(answer, IDENTITIES_ANSWER);
    const count = reader.u32();
    const keys: AgentKey[] = [];
    for (let i = 0; i < count; i++) {
      const publicKey = new Uint8Array(reader.string("key"));
      keys.push({ publicKey, comment: reader.word("comment") });
    }
    return keys;
  }

  /**
   * Lets a key sign.
   *
   * @param publicKey Which key, as it goes over the wire.
   * @param data What to sign.
   * @param algorithm The signature's name: `"rsa-sha2-256"`, `"ssh-ed25519"`.
   * @param signal Stops the wait, which may be for somebody to touch a token.
   * @returns The signature's name and what belongs to it, as it goes over the wire.
   * @throws {NetError} With code `"agent"` if it refuses.
   */
  async sign(
    publicKey: Uint8Array,
    data: Uint8Array,
    algorithm: string,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    const body = new WireWriter().string(publicKey).string(data)
      .u32(RSA_FLAGS.get(algorithm) ?? 0).toBytes();
    const answer = await this.#ask(SIGN_REQUEST, body, signal);
    return this.#open(answer, SIGN_RESPONSE).string("signature");
  }

  #open(answer: Uint8Array, type: number): WireReader {
    if (answer[0] !== type) {
      throw this.#failed("it refuses, as for a key that it does not hold");
    }
    return new WireReader(answer.subarray(1), { layer: "agent's answer" });
  }

  async #ask(
    type: number,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    signal.throwIfAborted();
    const request = new Uint8Array(5 + body.length);
    new DataView(request.buffer).setUint32(0, 1 + body.length);
    request[4] = type;
    request.set(body, 5);
    let connection: Deno.UnixConn | undefined;
    const stop = () => {
      try {
        connection?.close();
      } catch {
        // It is closed already.
      }
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      connection = await Deno.connect({ transport: "unix", path: this.path });
      signal.throwIfAborted();
      for (let sent = 0; sent < request.length;) {
        sent += await connection.write(request.subarray(sent));
      }
      const head = await read(connection, 4);
      const length = new DataView(head.buffer).getUint32(0);
      if (length > LONGEST) throw new Error("its answer is too long");
      return await read(connection, length);
    } catch (error) {
      throw signal.aborted ? signal.reason : this.#failed(error);
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }

  #failed(cause: unknown): NetError {
    if (cause instanceof NetError) return cause;
    const reason = cause instanceof Error ? cause.message : `${cause}`;
    return new NetError(
      cause instanceof Deno.errors.NotFound
        ? "there is nothing at that path"
        : reason,
      {
        code: "agent",
        op: "ask the agent at",
        target: this.path,
        hint: "ssh-add -l, or agent: false to go without",
        ...(cause instanceof Error ? { cause } : {}),
      },
    );
  }
}

async function read(
  connection: Deno.Conn,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const octets = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = await connection.read(octets.subarray(filled));
    if (count === null) throw new Error("it closed the connection");
    filled += count;
  }
  return octets;
}
