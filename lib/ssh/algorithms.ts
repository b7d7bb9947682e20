/**
 * Which algorithms a handshake offers: what OpenSSH would, less what is broken
 * in this runtime; old ones by name only.
 *
 * @see RFC 4253 §7.1
 * @module
 */

import {
  type AlgorithmKind,
  type AlgorithmLists,
  legacyAlgorithms,
  type SshAlgorithms,
  usualAlgorithms,
} from "./algorithm_names.ts";

export type { AlgorithmLists, SshAlgorithms };

const KINDS: readonly AlgorithmKind[] = ["kex", "hostKeys", "ciphers", "macs"];

/** Lists as ssh_config writes them: `"+ssh-rsa"`, `"-*-cbc"`, `"^aes256-ctr"`. */
export type ConfiguredAlgorithms = Readonly<
  Partial<Record<AlgorithmKind, string | undefined>>
>;

/**
 * Decides which algorithms a handshake offers.
 *
 * @param options What the caller wants.
 * @param configured What the configuration says; names that the library lacks
 * are passed over, as long as one is left.
 * @param onFile Types of the host's keys that are known already: these come
 * first, so that a known host shows the key that we know.
 * @returns The lists.
 * @throws {TypeError} If an option names an algorithm that the library lacks, or
 * is none of those that there are.
 */
export function chooseAlgorithms(
  options: SshAlgorithms = {},
  configured: ConfiguredAlgorithms = {},
  onFile: readonly string[] = [],
): AlgorithmLists {
  const { add = [], remove = [] } = options;
  const lists = ["add", "remove", ...KINDS];
  for (const [name, list] of Object.entries(options)) {
    if (!lists.includes(name) || list !== undefined && !Array.isArray(list)) {
      throw new TypeError(
        `Cannot connect as 'algorithms' must have lists called ${
          lists.join(", ")
        }: current value has ${name}: ${JSON.stringify(list)}`,
      );
    }
  }
  for (const name of [...add, ...remove]) {
    if (!KINDS.some((kind) => has(kind, name))) throw unknown("add", name);
  }
  const chosen = Object.fromEntries(KINDS.map((kind) => {
    for (const name of options[kind] ?? []) {
      if (!has(kind, name)) throw unknown(kind, name, kind);
    }
    const base = options[kind] ?? fromConfig(kind, configured[kind]);
    const added = add.filter((name) => has(kind, name) && !base.includes(name));
    const list = [...base, ...added].filter((name) => !remove.includes(name));
    if (list.length === 0) {
      throw new TypeError(
        `Cannot connect as 'algorithms' must leave some of ${kind}: current value leaves none`,
      );
    }
    return [kind, list];
  })) as Record<AlgorithmKind, string[]>;
  // The order of the rest stays, for the sort is stable.
  chosen.hostKeys.sort((a, b) =>
    Number(onFile.includes(keyTypeOf(b))) -
    Number(onFile.includes(keyTypeOf(a)))
  );
  return chosen;
}

/** The type of key that makes such signatures. */
function keyTypeOf(signature: string): string {
  return signature.startsWith("rsa-sha2-") ? "ssh-rsa" : signature;
}

function has(kind: AlgorithmKind, name: string): boolean {
  return usualAlgorithms[kind].includes(name) ||
    legacyAlgorithms[kind].includes(name);
}

/** Reads a list of ssh_config, where `+`, `-` and `^` change the usual one. */
function fromConfig(
  kind: AlgorithmKind,
  text: string | undefined,
): readonly string[] {
  const usual = usualAlgorithms[kind];
  if (text === undefined) return usual;
  const [, sign, rest = ""] = /^([-+^]?)(.*)$/s.exec(text.trim())!;
  const names = rest.split(",").map((name) => name.trim());
  const known = names.filter((name) => has(kind, name));
  switch (sign) {
    case "+":
      return [...usual, ...known.filter((name) => !usual.includes(name))];
    case "-": {
      const patterns = names.map(glob);
      const left = usual.filter((name) => !patterns.some((x) => x.test(name)));
      return left;
    }
    case "^":
      return [...known, ...usual.filter((name) => !known.includes(name))];
    default:
      return known.length > 0 ? known : usual;
  }
}

function glob(pattern: string): RegExp {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  return new RegExp(`^${source}$`);
}

function unknown(
  option: string,
  name: string,
  only?: AlgorithmKind,
): TypeError {
  const kinds = only === undefined ? KINDS : [only];
  const all = kinds.flatMap((kind) => [
    ...usualAlgorithms[kind],
    ...legacyAlgorithms[kind],
  ]);
  return new TypeError(
    `Cannot connect as 'algorithms.${option}' must name algorithms out of ${
      all.join(", ")
    }: current value is ${name}`,
  );
}

/** What ssh2 calls the lists. */
export function ssh2Algorithms(
  lists: AlgorithmLists,
): {
  kex: string[];
  serverHostKey: string[];
  cipher: string[];
  hmac: string[];
  compress: string[];
} {
  return {
    kex: [...lists.kex],
    serverHostKey: [...lists.hostKeys],
    cipher: [...lists.ciphers],
    hmac: [...lists.macs],
    // zlib fails in this runtime.
    compress: ["none"],
  };
}
