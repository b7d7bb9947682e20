/**
 * `.lab`, `.on` and `.shell`: a lab at the prompt. The lab is the value of the
 * prompt's own name `lab`, so that entries have it too, and whoever brought one
 * up by an entry can use these as well.
 *
 * @module
 */

import * as inspect from "../lib/inspect/mod.ts";
import type { Lab, LabHost } from "../lib/lab/mod.ts";
import type { Offers } from "./command.ts";
import { LabPlace } from "./lab_place.ts";
import { nearest } from "./nearest.ts";
import { loadRoom } from "./net.ts";
import type { Net } from "./rooms.ts";
import type { Session } from "./session.ts";
import { showValue } from "./show.ts";

/** What is declared in a host stays there while the lab is up. */
const places = new WeakMap<LabHost, LabPlace>();

/** The links whose counters are read: more are no picture. */
const LINKS = 40;

/** `.lab`, `.lab up NAME`, `.lab down`. */
export async function lab(
  session: Session,
  argument: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [, verb = "", rest = ""] = /^(\S*)\s*([\s\S]*)$/.exec(argument)!;
  if (verb === "up") return await up(session, rest, signal);
  if (verb !== "" && verb !== "down") {
    session.host.complain(
      `There is no .lab ${verb}. Try: .lab up ${argument}, .lab down, or .lab`,
    );
    return false;
  }
  const current = await currentLab(session);
  if (!current) return sayNone(session);
  if (verb === "down") await down(session, current);
  else session.host.print(await stateOf(current, session.host.colors));
  return true;
}

/** `.on web`: entries run there. `.on`: here again. */
export async function on(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (name === "" || name === "here") {
    session.place = undefined;
    return true;
  }
  const host = await hostOf(session, name);
  if (!host) return false;
  let place = places.get(host);
  if (!place) {
    place = new LabPlace(host, session.host, session.root);
    places.set(host, place);
  }
  await place.open(signal);
  session.place = place;
  return true;
}

/** `.shell web`: the user's shell in that host, on this terminal. */
export async function shell(session: Session, name: string): Promise<boolean> {
  const { lend } = session.host;
  const here = name || session.place?.name || "";
  if (here === "") {
    session.host.complain(
      "Cannot open a shell without a host's name. Try: .shell web",
    );
    return false;
  }
  const host = await hostOf(session, here);
  if (!host) return false;
  if (!lend) {
    session.host.complain(
      `Cannot open a shell in ${here} as this is no terminal. Try: (await lab.host("${here}").exec("ip addr")).stdout`,
    );
    return false;
  }
  // In this folder, which entering the host's mounts leaves.
  const program = Deno.env.get("SHELL") || "sh";
  const inner = ["sh", "-c", 'cd "$1" && shift; exec "$@"', "sh"];
  const command = await host.shellCommand([...inner, Deno.cwd(), program]);
  await lend(async () => {
    // With job control of its own, a shell takes the terminal and gives it
    // back. The one in the host cannot give it back: it knows no process of
    // ours.
    const child = new Deno.Command("sh", {
      args: ["-c", 'set -m; "$@"; exit 0', "sh", ...command],
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    await child.status;
  });
  return true;
}

/** What may follow `.lab`. */
export async function afterLab(
  _session: Session,
  words: readonly string[],
): Promise<Offers> {
  if (words.length === 0) return { words: ["down", "up"] };
  if (words.length > 1 || words[0] !== "up") return { words: [] };
  const { readyMades } = await room();
  return { words: Object.keys(readyMades), files: /\.ya?ml$/ };
}

/** What may follow `.on` and `.shell`. */
export async function afterOn(
  session: Session,
  words: readonly string[],
): Promise<Offers> {
  const current = words.length === 0 && await currentLab(session);
  if (!current) return { words: [] };
  const here = session.place ? ["here"] : [];
  return { words: [...current.hosts.keys(), ...here] };
}

async function room(): Promise<Net["lab"]> {
  return await loadRoom("lab") as Net["lab"];
}

/** The lab that the prompt has, if it is up. */
async function currentLab(session: Session): Promise<Lab | undefined> {
  const value = (await session.kernel.inspector.value("lab"))?.value;
  const { Lab } = await room();
  return value instanceof Lab && value.state === "up" ? value : undefined;
}

function sayNone({ host }: Session): false {
  host.complain("No lab is up. Try: .lab up pair");
  return false;
}

/** The host of that name; if there is none, it is said. */
async function hostOf(
  session: Session,
  name: string,
): Promise<LabHost | undefined> {
  const current = await currentLab(session);
  if (!current) {
    sayNone(session);
    return undefined;
  }
  const host = current.hosts.get(name);
  if (host) return host;
  const names = [...current.hosts.keys()];
  const near = nearest(name, names);
  session.host.complain(
    `There is no ${name} in lab ${current.name}. ${
      near === undefined
        ? `There are ${names.slice(0, 20).join(", ")}${
          names.length > 20 ? ", …" : ""
        }`
        : `Did you mean ${near}?`
    }`,
  );
  return undefined;
}

async function up(
  session: Session,
  argument: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { host } = session;
  const { up, readyMades } = await room();
  const what = argument.replace(/^(["'])(.*)\1$/, "$2");
  if (what === "") {
    host.complain(
      `Cannot bring a lab up without its name. Try: .lab up pair. There are ${
        Object.keys(readyMades).join(", ")
      }, and YAML files`,
    );
    return false;
  }
  const current = await currentLab(session);
  if (current) {
    host.complain(
      `Lab ${current.name} is up, and the prompt has one at a time. Try: .lab down`,
    );
    return false;
  }
  const isFile = /\.ya?ml$/i.test(what) || what.includes("/");
  const topology = isFile ? await readFile(what) : what;
  const lab = await up(topology, {
    signal,
    log: ({ host: name, text }) => {
      // What an entry writes where it runs is its own output.
      const isOwn = session.place?.name === name;
      host.print(isOwn ? text : `${name || "lab"}: ${text}`);
    },
  });
  // A host of a lab that went by itself is no place any more.
  session.place = undefined;
  const { id } = await session.kernel.declare("lab", lab);
  const argumentText = isFile
    ? `await Deno.readTextFile(${JSON.stringify(what)})`
    : JSON.stringify(what);
  session.record(
    `.lab up ${argument}`,
    `await using lab = await net.lab.up(${argumentText})`,
    id,
  );
  host.print(showValue(lab, host));
  return true;
}

async function readFile(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (error as Error).message;
    throw new Error(`Cannot bring up ${file}: ${reason}`, { cause: error });
  }
}

async function down(session: Session, lab: Lab): Promise<void> {
  session.place = undefined;
  await lab.down();
  session.record(".lab down", "await lab.down()");
  session.host.print(`Lab ${lab.name} is down.`);
}

/** The drawing, and how links and services are. */
async function stateOf(lab: Lab, colors: boolean): Promise<string> {
  const page = inspect.canvas({ colors });
  const links = await Promise.all(
    lab.links.slice(0, LINKS).map(async (link) => {
      const { a, b } = await link.stats();
      const failed = link.isUp ? "no carrier" : "failed";
      return {
        link: link.name,
        state: a.carrier && b.carrier ? "up" : failed,
        frames: a.rxPackets + b.rxPackets,
        octets: inspect.bytes(a.rxBytes + b.rxBytes),
        dropped: a.rxDropped + b.rxDropped + a.txDropped + b.txDropped,
      };
    }),
  );
  const services = [...lab.hosts.values()].flatMap((host) =>
    host.services.all.map(({ program, state, restarts }) => ({
      node: host.name,
      service: program,
      state,
      restarts,
    }))
  );
  return [
    showValue(lab, { colors }),
    ...(links.length === 0 ? [] : [
      "",
      inspect.table(links, {
        canvas: page,
        columns: [
          "link",
          {
            key: "state",
            role: (state) => state === "up" ? "good" : "bad",
          },
          "frames",
          "octets",
          "dropped",
        ],
      }),
    ]),
    ...(services.length === 0 ? [] : [
      "",
      inspect.table(services, {
        canvas: page,
        columns: [
          "node",
          "service",
          {
            key: "state",
            role: (state) => state === "running" ? "good" : "bad",
          },
          "restarts",
        ],
      }),
    ]),
  ].join("\n");
}
