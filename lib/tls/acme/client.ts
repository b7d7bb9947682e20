/**
 * Certificates from an ACME server: the one door of `acme-client`.
 *
 * @see RFC 8555
 * @module
 */

import type { AsyncLocalStorage } from "node:async_hooks";
import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import { hostName } from "../authority/alternative_names.ts";
import type { KeyType } from "../authority/key_type.ts";
import type { PrivateKey } from "../authority/private_key.ts";
import { generateKey } from "../authority/read_key.ts";
import { Issued } from "../authority/issued.ts";
import { listed, request } from "../authority/request.ts";
import { type Certificate, readCertificates } from "../certificate.ts";
import { fetchFailure } from "../fetch_failure.ts";
import { certificatesFrom } from "../read_options.ts";
import type { CertificateSource } from "../tls_options.ts";
import type { AcmeAnswer, AcmeProof } from "./answers.ts";
import type { AcmeIdentifier } from "./validation.ts";

/** Options for {@linkcode obtain}. */
export interface AcmeObtainOptions {
  /** The names for the certificate: hosts, `*.` wildcards, addresses. */
  hosts: readonly string[];
  /** How challenges are answered; the first one that the server offers counts. */
  answer: AcmeAnswer | readonly AcmeAnswer[];
  /** That you agree to the server's terms of service; most want it. @default {false} */
  agree?: boolean;
  /** Who is told of trouble. */
  email?: string | undefined;
  /** The account's key; a new account is opened if none is given. */
  accountKey?: PrivateKey | undefined;
  /** The certificate's key, made if none is given; it must not be the account's. */
  key?: PrivateKey | undefined;
  /** What kind of key is made. @default {"P-256"} */
  keyType?: KeyType;
  /** Who vouches for the ACME server itself, beside the system's roots. */
  ca?: CertificateSource | readonly (string | Certificate)[] | undefined;
  /** The longest wait, in milliseconds. @default {120000} */
  timeout?: number;
  /** Stops it; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

type Library = typeof import("acme-client");

/** What one `obtain` sends its requests with. */
interface Sending {
  readonly client: Deno.HttpClient;
  readonly signal: AbortSignal;
}

let library: Promise<[Library, AsyncLocalStorage<Sending>]> | undefined;

/** The library, sending through fetch: with our roots, and until we say stop. */
function load(): Promise<[Library, AsyncLocalStorage<Sending>]> {
  return library ??= (async () => {
    const { AsyncLocalStorage } = await import("node:async_hooks");
    // CommonJS: of that a bundle knows the default export alone.
    const { default: acme } = await withPermittedEnv(() =>
      import("acme-client")
    ) as unknown as { default: Library };
    const sending = new AsyncLocalStorage<Sending>();
    const { defaults } = acme.axios;
    defaults.adapter = async (config) => {
      const { client, signal } = sending.getStore()!;
      const response = await send(String(config.url), {
        method: config.method?.toUpperCase() ?? "GET",
        headers: config.headers.toJSON() as Record<string, string>,
        ...config.data === undefined ? {} : { body: config.data },
        client,
        signal,
      });
      const text = await response.text();
      const json = /json/.test(response.headers.get("content-type") ?? "");
      return {
        data: json && text !== "" ? JSON.parse(text) : text,
        status: response.status,
        statusText: response.statusText,
        headers: Object.fromEntries(response.headers),
        config,
        request: undefined,
      };
    };
    // A server that is not there is said at once, not after minutes.
    (defaults as { acmeSettings?: unknown }).acmeSettings = {
      retryMaxAttempts: 1,
      retryDefaultDelay: 1,
    };
    return [acme, sending];
  })();
}

/**
 * Runs something with an environment that has what this program may read of it,
 * and nothing else: a package beneath the library lists all names for its own
 * debugging, and the program would be stopped, or its user be asked.
 */
async function withPermittedEnv<T>(run: () => Promise<T>): Promise<T> {
  const may = (variable?: string) =>
    Deno.permissions.querySync({
      name: "env",
      ...variable !== undefined && { variable },
    }).state === "granted";
  if (may()) return await run();
  const { default: process } = await import("node:process");
  const { env } = process;
  process.env = new Proxy({}, {
    get: (_, name) =>
      typeof name === "string" && name !== "" && may(name)
        ? env[name]
        : undefined,
  });
  try {
    return await run();
  } finally {
    process.env = env;
  }
}

/**
 * Gets a certificate from an ACME server: opens an account, orders, proves that
 * the names are yours, sends a request and fetches the chain.
 *
 * In a script it takes `--allow-net`; the environment is not read.
 *
 * @param directory The URL of the server's directory.
 * @param options The names, and how they are proven.
 * @returns The certificate with its chain and key.
 * @throws {TypeError} If there is no host or no answer.
 * @throws {NetError} What the server refused, with its reason; `"timeout"`.
 * @see RFC 8555 §7
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tls.acme.serve(
 *   await net.tls.authority.create({ name: "Lab CA" }),
 *   { httpPort: 18080, addressOf: () => "127.0.0.1" },
 * );
 * const site = await net.tls.acme.obtain(server.url, {
 *   hosts: ["shop.test"],
 *   answer: net.tls.acme.http01({ hostname: "127.0.0.1", port: 18080 }),
 *   ca: server.ca,
 *   agree: true,
 * });
 * assert.equal(site.certificate.names[0]?.value, "shop.test");
 * ```
 */
export async function obtain(
  directory: string,
  options: AcmeObtainOptions,
): Promise<Issued> {
  const { timeout = 120_000, signal, ca } = options;
  const hosts = listed("hosts", options.hosts, "obtain a certificate");
  const answers = [options.answer].flat();
  if (hosts.length === 0 || answers.length === 0) {
    throw new TypeError(
      "Cannot obtain a certificate as 'hosts' and 'answer' must not be empty",
    );
  }
  const [acme, sending] = await load();
  using deadline = new Deadline("obtain a certificate from", directory, {
    timeout,
    signal,
  });
  using client = Deno.createHttpClient({ caCerts: await rootsOf(ca) });
  return await sending.run({ client, signal: deadline.signal }, async () => {
    try {
      const key = options.accountKey ?? await generateKey("P-256");
      return await deadline.race(
        run(
          new acme.Client({
            directoryUrl: directory,
            accountKey: key.toPem(),
            backoffAttempts: 40,
            backoffMin: 200,
            backoffMax: 5000,
          }),
          answers,
          options,
        ),
      );
    } catch (error) {
      deadline.signal.throwIfAborted();
      if (error instanceof NetError || error instanceof TypeError) throw error;
      throw new NetError((error as Error).message, {
        code: "acme",
        op: "obtain a certificate from",
        target: directory,
        cause: error,
      });
    }
  });
}

/** Fetches, and says in our own words why not. */
async function send(
  url: string,
  init: RequestInit & { client: Deno.HttpClient; signal: AbortSignal },
): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (cause) {
    init.signal.throwIfAborted();
    throw new NetError(fetchFailure(cause), {
      code: "unreachable",
      op: "ask",
      target: url,
      hint:
        "see that the server is there, and give its root as 'ca' if it has one of its own",
      cause,
    });
  }
}

/** Roots as PEM texts. */
async function rootsOf(ca: AcmeObtainOptions["ca"]): Promise<string[]> {
  const found = await Promise.all(
    [ca ?? []].flat().map((one) =>
      certificatesFrom("read the trusted certificates", one)
    ),
  );
  return found.flat().map((one) => one.toPem());
}

async function run(
  client: InstanceType<Library["Client"]>,
  answers: readonly AcmeAnswer[],
  { hosts, agree = false, email, ...options }: AcmeObtainOptions,
): Promise<Issued> {
  await client.createAccount({
    termsOfServiceAgreed: agree,
    ...email === undefined ? {} : { contact: [`mailto:${email}`] },
  });
  const order = await client.createOrder({
    identifiers: hosts.map((host) =>
      hostName(host, "obtain a certificate") as AcmeIdentifier
    ),
  });
  // All proofs at once: each host is asked where it is.
  const proven = await Promise.allSettled(
    (await client.getAuthorizations(order)).map((authorization) =>
      prove(client, authorization, answers)
    ),
  );
  for (const { reason } of proven.filter((x) => x.status === "rejected")) {
    throw reason;
  }
  const key = options.key ?? await generateKey(options.keyType);
  const { pem } = await request({ hosts, key });
  const done = await client.finalizeOrder(order, pem);
  const [certificate, ...chain] = readCertificates(
    await client.getCertificate(done),
  );
  return new Issued(certificate!, chain, key);
}

async function prove(
  client: InstanceType<Library["Client"]>,
  authorization: Awaited<
    ReturnType<InstanceType<Library["Client"]>["getAuthorizations"]>
  >[number],
  answers: readonly AcmeAnswer[],
): Promise<void> {
  const { identifier, challenges, status } = authorization;
  if (status === "valid") return;
  const [answer, challenge] =
    answers.flatMap((answer) =>
      challenges.filter(({ type }) => type === answer.type)
        .map((challenge) => [answer, challenge] as const)
    )[0] ?? [];
  if (answer === undefined || challenge === undefined) {
    throw new NetError(
      `the server offers ${
        challenges.map(({ type }) => type).join(", ")
      }, and none of these is answered`,
      {
        code: "no-challenge",
        op: "prove",
        target: identifier.value,
        hint: "give an answer of one of these types",
      },
    );
  }
  const proof: AcmeProof = {
    identifier: identifier as AcmeIdentifier,
    token: challenge.token,
    // The library makes what is shown: the digest for dns-01 alone.
    value: await client.getChallengeKeyAuthorization(challenge),
  };
  await answer.show(proof);
  try {
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  } catch (error) {
    throw new NetError((error as Error).message, {
      code: "not-proven",
      op: "prove",
      target: identifier.value,
      hint: `see that the ACME server reaches this ${answer.type} answer`,
      cause: error,
    });
  } finally {
    await answer.hide(proof);
  }
}
