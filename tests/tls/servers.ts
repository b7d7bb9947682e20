/**
 * Servers of others, each a program of its own on free ports of this machine.
 *
 * @module
 */

import { freePorts } from "../free_port.ts";

/** A program that serves TLS until the test ends. */
export interface TlsPeer extends AsyncDisposable {
  /** Where it listens: the first port, if there are more. */
  readonly port: number;
  /** The same with the host. */
  readonly target: string;
  /** All ports that it listens on. */
  readonly ports: readonly number[];
}

function peer(
  ports: readonly number[],
  close: () => Promise<void>,
): TlsPeer {
  const [port = 0] = ports;
  const target = `127.0.0.1:${port}`;
  return { port, target, ports, [Symbol.asyncDispose]: close };
}

/** Starts `openssl s_server` with more arguments, in a folder. */
export async function opensslServer(
  args: readonly string[],
  cwd?: string,
): Promise<TlsPeer> {
  const child = new Deno.Command("openssl", {
    args: ["s_server", "-accept", "127.0.0.1:0", ...args],
    ...cwd !== undefined && { cwd },
    // It ends its connections when its input ends.
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let said = "";
  const read = child.stdout.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(text) {
        said += text;
        const port = /^ACCEPT .*:(\d+)$/m.exec(said)?.[1];
        if (port !== undefined) resolve(Number(port));
      },
      close: () => reject(new Error(`s_server ended: ${said}`)),
    }),
  );
  return peer([await promise], async () => {
    child.kill("SIGKILL");
    await Promise.allSettled([child.status, read, child.stdin.close()]);
  });
}

/**
 * Starts one nginx.
 *
 * @param folder Where it may write.
 * @param blocks What is in its server blocks, each on a port of its own.
 */
export async function nginxServer(
  folder: string,
  blocks: readonly string[],
): Promise<TlsPeer> {
  for (let tries = 0; tries < 5; tries++) {
    const ports = freePorts(blocks.length);
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `daemon off; master_process off; pid ${folder}/nginx.pid;
error_log ${folder}/error.log; events { worker_connections 512; }
http { access_log off; client_body_temp_path ${folder}; proxy_temp_path ${folder};
fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
${
        blocks.map((block, i) =>
          `server { listen 127.0.0.1:${ports[i]} ssl http2; ${block} }`
        ).join("\n")
      } }`,
    );
    const child = new Deno.Command("nginx", {
      args: ["-p", folder, "-c", `${folder}/nginx.conf`, "-e", "stderr"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let isOver = false;
    child.status.then(() => isOver = true);
    while (!isOver && !await hasBound(folder, child.pid)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    // Somebody else may have been faster at a port.
    if (isOver) continue;
    return peer(ports, async () => {
      child.kill("SIGTERM");
      await child.status;
    });
  }
  const log = await Deno.readTextFile(`${folder}/error.log`).catch(() => "");
  throw new Error(`nginx does not start: ${log}`);
}

/** That somebody answers at a port tells not who: nginx writes this behind all. */
async function hasBound(folder: string, pid: number): Promise<boolean> {
  const text = await Deno.readTextFile(`${folder}/nginx.pid`).catch(() => "");
  return Number(text) === pid;
}
