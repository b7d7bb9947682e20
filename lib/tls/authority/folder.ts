/**
 * An authority's state in a folder: its key, its certificates, its settings, and
 * the index of what it issued.
 *
 * ```text
 * authority.json   settings; written last, so a folder that has it is complete
 * ca.key           the private key, mode 0600, PKCS#8, encrypted or not
 * ca.pem           its certificate and those above it, the root last
 * index.jsonl      one event a line, only ever added to
 * lock             held (flock) while someone adds to the index
 * ```
 *
 * A process that dies lets go of its lock by dying: the kernel holds it. What it
 * was writing may end in the middle of a line; nobody has been given what that
 * line tells of, so the next writer cuts it off.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import { NetError } from "../../errors.ts";
import {
  inWords,
  makeSecretFolder,
  OPEN,
  pathIn,
  readIfThere,
  SECRET,
  writeAll,
  writeWhole,
} from "./files.ts";
import { type Decide, Ledger, type LedgerEvent, type Store } from "./ledger.ts";

const SETTINGS = "authority.json";
const INDEX = "index.jsonl";
const LOCK = "lock";
/** The private key's file. */
export const KEY_FILE = "ca.key";
const CHAIN_FILE = "ca.pem";

/** How long to wait for others who write, in milliseconds. */
const PATIENCE = 30_000;
const LINE_FEED = 0x0a;

/** What is read and written as text. */
export interface FolderTexts {
  /** Settings, in JSON. */
  readonly settings: string;
  /** The key in PEM. */
  readonly key: string;
  /** The certificates in PEM. */
  readonly chain: string;
}

/** Keeps events in a folder that other processes may use at the same time. */
export class FolderStore implements Store {
  /** What is known so far. */
  readonly ledger: Ledger = new Ledger();
  /** Where it is. */
  readonly folder: string;
  readonly #index: string;
  /** Octets of the index that the ledger has: always whole lines. */
  #offset = 0;
  #lines = 0;
  /** What this process does with the index, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * Takes a folder that has an authority.
   *
   * @param folder Where it is.
   */
  constructor(folder: string) {
    this.folder = folder;
    this.#index = pathIn(folder, INDEX);
  }

  /**
   * Makes the folder.
   *
   * @param folder Where.
   * @param texts What to keep.
   * @throws {NetError} `"in-use"` if there is something in it.
   */
  static async create(
    folder: string,
    texts: FolderTexts,
  ): Promise<FolderStore> {
    await makeEmpty(folder);
    const held = await lock(folder);
    try {
      if (await readIfThere(pathIn(folder, SETTINGS)) !== undefined) {
        throw taken(folder, "there is an authority in it already");
      }
      // A creation that was cut short may have left a key beside its place.
      for await (const { name } of Deno.readDir(folder)) {
        if (name.endsWith(".new")) await Deno.remove(pathIn(folder, name));
      }
      await writeWhole(pathIn(folder, KEY_FILE), texts.key, SECRET);
      await writeWhole(pathIn(folder, CHAIN_FILE), texts.chain, OPEN);
      await writeWhole(pathIn(folder, INDEX), "", SECRET);
      await writeWhole(pathIn(folder, SETTINGS), texts.settings, OPEN);
    } finally {
      held.close();
    }
    return new FolderStore(folder);
  }

  /**
   * Reads the texts of a folder.
   *
   * @param folder Where.
   * @throws {NetError} `"not-found"` if there is no authority in it.
   */
  static async read(folder: string): Promise<FolderTexts> {
    const [settings, key, chain] = await Promise.all(
      [SETTINGS, KEY_FILE, CHAIN_FILE]
        .map((name) => readIfThere(pathIn(folder, name))),
    );
    if (settings === undefined || key === undefined || chain === undefined) {
      throw new NetError("there is no authority in it", {
        code: "not-found",
        op: "open",
        target: folder,
        hint: "net.tls.authority.create({ name, folder }) makes one",
      });
    }
    return { settings, key, chain };
  }

  /** Takes in what others have added. */
  async refresh(): Promise<void> {
    await this.#inTurn(() =>
      inWords("read", this.#index, async () => {
        using file = await Deno.open(this.#index);
        await this.#read(file);
      })
    );
  }

  /** Adds an event; when this resolves, it is on the disk. */
  async commit(decide: Decide): Promise<void> {
    await this.#inTurn(async () => {
      using _held = await lock(this.folder);
      await inWords("write", this.#index, async () => {
        using file = await Deno.open(this.#index, { read: true, write: true });
        const length = await this.#read(file);
        const event = decide(this.ledger);
        if (event === undefined) return;
        if (length > this.#offset) await file.truncate(this.#offset);
        const line = new TextEncoder().encode(`${JSON.stringify(event)}\n`);
        await file.seek(this.#offset, Deno.SeekMode.Start);
        await writeAll(file, line);
        await file.syncData();
        this.ledger.apply(event);
        this.#offset += line.length;
        this.#lines++;
      });
    });
  }

  /** Keeps the authority's own certificates anew; others see the old or the new. */
  async keepChain(chain: string): Promise<void> {
    await writeWhole(pathIn(this.folder, CHAIN_FILE), chain, OPEN);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** Reads whole lines from where it was; gives the length of the file. */
  async #read(file: Deno.FsFile): Promise<number> {
    const { size } = await file.stat();
    if (size < this.#offset) throw this.#damaged("is shorter than it was");
    if (size === this.#offset) return size;
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const octets = new Uint8Array(size - this.#offset);
    let filled = 0;
    while (filled < octets.length) {
      const got = await file.read(octets.subarray(filled));
      if (got === null) break;
      filled += got;
    }
    const end = octets.lastIndexOf(LINE_FEED, filled - 1) + 1;
    if (end === 0) return size;
    const text = new TextDecoder().decode(octets.subarray(0, end - 1));
    for (const line of text.split("\n")) {
      this.ledger.apply(this.#event(line, ++this.#lines));
    }
    this.#offset += end;
    return size;
  }

  #event(line: string, number: number): LedgerEvent {
    try {
      const event = JSON.parse(line);
      const kind = event.event;
      if (kind === "issued" || kind === "revoked" || kind === "list") {
        return event;
      }
    } catch {
      // Said below.
    }
    throw this.#damaged(`line ${number} is no event`);
  }

  #damaged(what: string): NetError {
    return new NetError(`the index is damaged: ${what}`, {
      code: "damaged",
      op: "read",
      target: this.#index,
      hint:
        "restore it from a backup; certificates that it lacks cannot be revoked",
    });
  }
}

async function makeEmpty(folder: string): Promise<void> {
  const own =
    /^(?:lock|(?:ca\.key|ca\.pem|index\.jsonl|authority\.json)(?:\..*\.new)?)$/;
  await inWords("use", folder, async () => {
    try {
      for await (const { name } of Deno.readDir(folder)) {
        // Left by a creation that was cut short, or an authority: seen later.
        if (!own.test(name)) throw taken(folder, `there is ${name} in it`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  });
  await makeSecretFolder(folder);
}

function taken(folder: string, reason: string): NetError {
  return new NetError(reason, {
    code: "in-use",
    op: "create an authority in",
    target: folder,
    hint: "net.tls.authority.open(folder), or take an empty folder",
  });
}

/** Holds the lock until the file is closed, or this process ends. */
async function lock(folder: string): Promise<Deno.FsFile> {
  const path = pathIn(folder, LOCK);
  using deadline = new Deadline("lock", path, { timeout: PATIENCE });
  const file = await inWords(
    "lock",
    path,
    () => Deno.open(path, { create: true, write: true, mode: SECRET }),
  );
  try {
    for (
      let wait = 1;
      !await file.tryLock(true);
      wait = Math.min(2 * wait, 20)
    ) {
      // A blocked lock would hold one of the runtime's few threads.
      const pause = wait * (0.5 + Math.random());
      const { promise, resolve } = Promise.withResolvers<void>();
      setTimeout(resolve, pause);
      await promise;
      deadline.signal.throwIfAborted();
    }
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}
