/**
 * What carries a request: the runtime's fetch, or a function in its place.
 *
 * @module
 */

/** Sends one request and gives the head of its answer, as fetch does. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Answers requests in the place of a network, for tests: a function from the
 * web's `Request` to its `Response`.
 */
export type Transport = (request: Request) => Response | Promise<Response>;

/** How a session's requests travel. */
export interface TransportOptions {
  /** Takes the place of the network. */
  transport?: Transport | undefined;
  /** `"http://host:port"`, `"https://…"` or `"socks5://…"`; name and password may stand in it. @default {as HTTP_PROXY and the like say} */
  proxy?: string | undefined;
  /** The path of a Unix socket that all requests go to. */
  unix?: string | undefined;
  /** Certificates to trust besides the usual ones, each as PEM. */
  ca?: string | readonly string[] | undefined;
  /** This side's certificate and its private key, as PEM. */
  certificate?: { readonly cert: string; readonly key: string } | undefined;
  /**
   * The one version to speak; `"2"` without TLS goes by prior knowledge.
   * @default {what both sides have; for requests with a body 1.1}
   */
  version?: "1.1" | "2" | undefined;
  /**
   * Use the runtime's own connections, which outlive the session; over TLS a body
   * may then wait 40 ms for its last octets to go. @default {false}
   */
  shared?: boolean | undefined;
  /** The address of this machine to connect from. */
  localAddress?: string | undefined;
}

/** A way to send, and how to end it. */
export interface Line {
  /** Sends one request. */
  readonly send: Send;
  /** Closes what the line keeps open. */
  close(): void;
}

/**
 * Opens a line.
 *
 * @param options How requests travel.
 * @returns The line; nothing is opened before the first request.
 * @throws {TypeError} If the proxy, a certificate or the version is none.
 */
export function openLine(options: TransportOptions): Line {
  const { transport, proxy, unix, ca, certificate, version, localAddress } =
    options;
  if (version !== undefined && version !== "1.1" && version !== "2") {
    throw new TypeError(
      `Cannot make a client as 'version' must be "1.1" or "2": current value is ${version}`,
    );
  }
  if (transport) return { send: instead(transport), close: () => {} };
  if (options.shared) return { send: fetch, close: () => {} };
  if (proxy !== undefined && unix !== undefined) {
    throw new TypeError(
      "Cannot make a client as 'proxy' and 'unix' must not be given both",
    );
  }
  if (
    proxy !== undefined &&
    !/^(https?|socks5h?):$/.test(URL.parse(proxy)?.protocol ?? "")
  ) {
    throw new TypeError(
      `Cannot make a client as 'proxy' must be a URL of http, https or socks5: current value is ${proxy}`,
    );
  }
  // The runtime takes what is no certificate without a word, and trusts nobody.
  const authorities = ca === undefined ? [] : [ca].flat();
  for (const text of [...authorities, certificate?.cert]) {
    if (text !== undefined && !text.includes("-----BEGIN CERTIFICATE-----")) {
      throw new TypeError(
        `Cannot make a client as certificates must be PEM, with "-----BEGIN CERTIFICATE-----": current value is ${
          JSON.stringify(text.slice(0, 40))
        }`,
      );
    }
  }
  const through: Deno.Proxy | undefined = unix !== undefined
    ? { transport: "unix", path: unix }
    : proxy !== undefined
    ? { url: proxy }
    : undefined;
  const open = (of: typeof version): Deno.HttpClient =>
    Deno.createHttpClient({
      allowHost: true,
      ...(through && { proxy: through }),
      ...(authorities.length > 0 && { caCerts: authorities }),
      ...(certificate && { cert: certificate.cert, key: certificate.key }),
      ...(of === "1.1" && { http2: false }),
      ...(of === "2" && { http1: false }),
      ...(localAddress !== undefined && { localAddress }),
    });
  const client = open(version);
  // The runtime leaves Nagle's algorithm on (denoland/deno#35581). Of a body
  // over HTTP/2 a last small frame often waits 40 ms for the server to confirm
  // the one before; in HTTP/1.1 head and body are one write.
  let forBodies: Deno.HttpClient | undefined;
  const clientOf = (url: string, { body }: RequestInit): Deno.HttpClient =>
    version === undefined && body !== undefined && url.startsWith("https:")
      ? forBodies ??= open("1.1")
      : client;
  return {
    send: (url, init: RequestInit & { client?: Deno.HttpClient }) => {
      init.client = clientOf(url, init);
      return fetch(url, init);
    },
    close() {
      client.close();
      forBodies?.close();
    },
  };
}

/**
 * Names a proxy without the secret in its URL.
 *
 * @param proxy The URL as the caller gave it.
 * @returns Scheme, host and port.
 */
export function proxyName(proxy: string | undefined): string | undefined {
  const url = URL.parse(proxy ?? "");
  return url ? `${url.protocol}//${url.host}` : proxy;
}

/** A function as a line; a signal ends the wait for it. */
function instead(transport: Transport): Send {
  return async (url, init) => {
    const { signal } = init;
    const request = new Request(url, init);
    const answer = Promise.resolve(transport(request));
    if (!signal) return await answer;
    signal.throwIfAborted();
    answer.catch(() => {});
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([answer, stopped]);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
}
