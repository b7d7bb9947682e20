/**
 * How long an answer over TLS takes to begin, beside curl, from servers of each
 * kind. Goal: within 1 ms of curl; a stall of Nagle's algorithm would be 40.
 *
 * The runtime's fetch leaves that algorithm on and has no option for it
 * (denoland/deno#35581). Over HTTP/2 bodies of some sizes stall for that, on new
 * connections and on old ones; so sessions send bodies by HTTP/1.1.
 *
 * @module
 */

import * as http from "../../lib/http/client.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { CA, SERVER_CERT, SERVER_KEY } from "../loopback/http_client_pki.ts";
import { median } from "./pty.ts";
import { type Served, startOurs } from "./served.ts";

const ROUNDS = 30;
/** Octets to send: none, one segment, some, and more than one of loopback. */
const SIZES = [0, 1000, 5000, 100_000];

/** Milliseconds to the first octet of an answer. */
interface Times {
  /** From the call, a new connection included. */
  readonly whole: number;
  /** From where the connection stood. */
  readonly after: number;
}

/** nginx with TLS, which answers anything by itself. */
async function nginx(): Promise<Served | undefined> {
  const dir = await Deno.makeTempDir();
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${dir};`).join(" ");
  await Deno.writeTextFile(`${dir}/cert.pem`, SERVER_CERT);
  await Deno.writeTextFile(`${dir}/key.pem`, SERVER_KEY);
  await Deno.writeTextFile(
    `${dir}/nginx.conf`,
    `daemon off; master_process off; pid ${dir}/pid; error_log ${dir}/error.log;
events {}
http {
  access_log off; ${paths}
  ssl_certificate ${dir}/cert.pem; ssl_certificate_key ${dir}/key.pem;
  server { listen 127.0.0.1:${port} ssl; location / { return 200 '{"id":"17"}'; } }
}
`,
  );
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("nginx", {
      args: ["-p", dir, "-c", `${dir}/nginx.conf`, "-e", `${dir}/error.log`],
      stderr: "null",
    }).spawn();
  } catch {
    await Deno.remove(dir, { recursive: true });
    return undefined;
  }
  for (let i = 0; i < 100; i++) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port })
      .catch(() => undefined);
    conn?.close();
    if (conn) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
}

/** Asks with a session of its own: first anew, then on the open connection. */
async function ours(url: string, body: string | undefined): Promise<Times> {
  using session = http.client({ ca: CA });
  const ask = () =>
    session.request(body === undefined ? "GET" : "POST", url, { body });
  const whole = (await ask()).firstByte;
  return { whole, after: (await ask()).firstByte };
}

/** Asks with curl, always anew, and sends a file or nothing. */
async function curl(
  url: string,
  body: string | undefined,
  ca: string,
): Promise<Times> {
  const { code, stdout } = await new Deno.Command("curl", {
    args: [
      "-s",
      "--max-time",
      "5",
      "--cacert",
      ca,
      "-o",
      "/dev/null",
      "-w",
      // With a body its "starttransfer" is when that began to go out.
      `%{time_${
        body === undefined ? "starttransfer" : "total"
      }} %{time_appconnect}`,
      // Without this it waits for a 100 before it sends a large body.
      ...(body === undefined
        ? []
        : ["-H", "Expect:", "--data-binary", `@${body}`]),
      url,
    ],
    stdin: "null",
  }).output();
  const [first, connected] = new TextDecoder().decode(stdout).split(" ")
    .map((seconds) => Number(seconds) * 1000);
  if (code !== 0) throw new Error(`curl ended with ${code}`);
  return { whole: first!, after: first! - connected! };
}

/** Prints the table. */
export async function bench(): Promise<void> {
  try {
    new Deno.Command("curl", { args: ["-V"], stdout: "null" }).outputSync();
  } catch {
    return console.log("first_byte: skipped, curl is not there");
  }
  await using stack = new AsyncDisposableStack();
  const ca = await Deno.makeTempFile({ suffix: ".pem" });
  stack.defer(() => Deno.remove(ca));
  await Deno.writeTextFile(ca, CA);
  const data = await Deno.makeTempFile();
  stack.defer(() => Deno.remove(data));
  const servers: Record<string, Served | undefined> = {
    nginx: await nginx(),
    "net.http.serve": await startOurs("https"),
    "net.http.serve, limits": await startOurs("https-limited"),
  };
  const rows = [];
  for (const server of Object.values(servers)) if (server) stack.use(server);
  for (const size of SIZES) {
    const body = size === 0 ? undefined : "x".repeat(size);
    await Deno.writeTextFile(data, body ?? "");
    for (const [name, server] of Object.entries(servers)) {
      if (!server) continue;
      const path = body === undefined ? "devices/17" : "devices";
      const url = `https://127.0.0.1:${server.port}/${path}`;
      const mine: Times[] = [];
      const theirs: Times[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        mine.push(await ours(url, body));
        theirs.push(await curl(url, body === undefined ? body : data, ca));
      }
      const of = (times: Times[], what: keyof Times) =>
        median(times.map((time) => time[what]));
      for (const what of ["whole", "after"] as const) {
        const [a, b] = [of(mine, what), of(theirs, what)];
        rows.push({
          server: name,
          request: body === undefined ? "GET" : `POST ${inspect.bytes(size)}`,
          from: what === "whole" ? "the call" : "TLS connected",
          "net.http": inspect.duration(a),
          curl: inspect.duration(b),
          "ours less curl's": `${(a - b).toFixed(2)} ms`,
          goal: what === "after" ? "1 ms" : "",
        });
      }
    }
  }
  console.log(inspect.table(rows, {
    title: `First octet over TLS, median of ${ROUNDS}`,
    canvas: inspect.canvas({ width: 100 }),
  }));
}

if (import.meta.main) await bench();
