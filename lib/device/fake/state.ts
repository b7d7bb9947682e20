/**
 * What all sessions of a fake device share.
 *
 * @module
 */

import type { Platform } from "../platform.ts";
import {
  type ConfigModel,
  configModel,
  Configuration,
} from "./configuration.ts";
import type { Faults } from "./faults.ts";
import { Lexicon } from "./lexicon.ts";

/** What devices of one platform have in common; made once for a fleet. */
export interface Species {
  /** The platform. */
  readonly platform: Platform;
  /** The platform, as it was asked for. */
  readonly source: string | Platform;
  /** Its commands. */
  readonly lexicon: Lexicon;
  /** What its devices are configured with at the start. */
  readonly model: ConfigModel;
  /** Answers of the caller's, by command; they go first. */
  readonly answers: Readonly<Record<string, string>>;
  /** What opens `enable`; without it nothing is asked. */
  readonly enableSecret: string | undefined;
  /** Milliseconds in a minute of a commit that is to be confirmed. */
  readonly minute: number;
  /** Whether long outputs stop at the end of the screen. */
  readonly pages: boolean;
  /** How much later everything comes, in milliseconds. */
  readonly delay: number;
  /** The most octets in one piece; 0 for whole pieces. */
  readonly chunk: number;
}

/** What of a species may be chosen. */
export type SpeciesOptions =
  & Partial<Omit<Species, "platform" | "lexicon" | "model">>
  & { readonly config?: string | undefined };

/**
 * Prepares a platform for its devices.
 *
 * @param platform The platform.
 * @param options What was chosen.
 */
export function speciesOf(
  platform: Platform,
  options: SpeciesOptions,
): Species {
  const { source = platform, answers = {}, enableSecret, minute = 60_000 } =
    options;
  const { pages = true, delay = 0, chunk = 0 } = options;
  const config = options.config ?? platform.dialogue.config;
  return {
    platform,
    lexicon: new Lexicon(platform),
    model: configModel(platform.config, config),
    ...{ source, answers, enableSecret, minute, pages, delay, chunk },
  };
}

/** One device: its name, its configuration, what was typed at it. */
export class DeviceState {
  /** What it shares with others of its platform. */
  readonly species: Species;
  /** Everything that was typed, in any session; no secrets. */
  readonly commands: string[] = [];
  /** Told to end all sessions: it restarts. */
  onRestart: (() => void) | undefined;
  /** What is wrong with it. */
  faults: Faults;
  readonly #firstName: string | undefined;
  #name: string;
  #configuration: Configuration | undefined;

  /**
   * @param species What it shares.
   * @param name Its name; the platform's own if none.
   * @param faults What is wrong with it.
   */
  constructor(species: Species, name: string | undefined, faults: Faults) {
    const { host } = species.platform.dialogue;
    this.species = species;
    this.faults = faults;
    this.#firstName = name === host ? undefined : name;
    this.#name = name ?? host;
  }

  /** The name in its prompts. */
  get name(): string {
    return this.#name;
  }

  /** Its configuration; most of a fleet are never asked for theirs. */
  get configuration(): Configuration {
    if (this.#configuration === undefined) {
      const made = new Configuration(this.species.model, this.#firstName);
      made.onChange = () => this.#name = made.hostName ?? this.#name;
      this.#name = made.hostName ?? this.#name;
      this.#configuration = made;
    }
    return this.#configuration;
  }

  /**
   * Puts its name where the recorded device's stands.
   *
   * @param text What the recorded device said.
   */
  own(text: string): string {
    const { host } = this.species.platform.dialogue;
    if (this.#name === host) return text;
    return text.replace(
      new RegExp(`(?<![\\w.-])${host.replace(/\W/g, "\\$&")}(?![\\w-])`, "g"),
      () => this.#name,
    );
  }

  /** It restarts: sessions end, and what was not saved is gone. */
  restart(): void {
    this.#configuration?.restart();
    this.onRestart?.();
  }

  /** Its timers stop. */
  close(): void {
    this.#configuration?.close();
  }
}
