/**
 * Whole requests, checked against what the device has said that it can do.
 *
 * @module
 */

import { requireCapability } from "./capabilities.ts";
import {
  config,
  element,
  filter,
  place,
  subscription,
  textElement,
} from "./requests.ts";
import type {
  NetconfCapability,
  NetconfCommitOptions,
  NetconfDatastore,
  NetconfEditOptions,
  NetconfFilter,
  NetconfPlace,
  NetconfSubscribeOptions,
  XmlLike,
} from "./session_options.ts";
import { XmlElement } from "./xml_element.ts";

/** Writes the requests for one device. */
export class Bodies {
  readonly #capabilities: readonly string[];
  readonly #target: string;

  /**
   * Takes what the device can do.
   *
   * @param capabilities What it said.
   * @param target The device, for errors.
   */
  constructor(capabilities: readonly string[], target: string) {
    this.#capabilities = capabilities;
    this.#target = target;
  }

  /** `<get>` */
  get(wanted: NetconfFilter | undefined): string {
    return element("get", this.#filter(wanted, "get"));
  }

  /** `<get-config>` */
  getConfig(source: NetconfPlace, wanted: NetconfFilter | undefined): string {
    const op = "get-config";
    return element(
      op,
      this.#place("source", source, op) + this.#filter(wanted, op),
    );
  }

  /** `<edit-config>` */
  edit(
    xml: XmlLike | { readonly url: string },
    target: NetconfDatastore,
    { defaultOperation, testOption, errorOption }: NetconfEditOptions,
  ): string {
    const op = "edit-config";
    if (testOption !== undefined) this.require("validate", op);
    if (errorOption === "rollback-on-error") this.require(errorOption, op);
    const isFile = typeof xml === "object" && !(xml instanceof XmlElement);
    if (isFile) this.require("url", op);
    const body = this.#place("target", target, op) +
      textElement("default-operation", defaultOperation) +
      textElement("test-option", testOption) +
      textElement("error-option", errorOption) +
      (isFile ? textElement("url", xml.url) : config(xml));
    return element(op, body);
  }

  /** `<commit>` */
  commit(
    { confirm = false, persist, persistId }: NetconfCommitOptions,
  ): string {
    this.require("candidate", "commit");
    const confirmed = confirm !== false;
    if (confirmed) this.require("confirmed-commit", "commit");
    if (persist !== undefined || persistId !== undefined) {
      this.require("confirmed-commit:1.1", "commit");
    }
    const seconds = typeof confirm === "number" ? confirm : undefined;
    if (seconds !== undefined && !(Number.isInteger(seconds) && seconds > 0)) {
      throw new RangeError(
        `Cannot commit as 'confirm' must be a natural number of seconds: current value is ${seconds}`,
      );
    }
    if (persist !== undefined && !confirmed) {
      throw new TypeError(
        `Cannot commit as 'confirm' must be set where 'persist' is: current value is ${confirm}`,
      );
    }
    const body = (confirmed ? element("confirmed") : "") +
      textElement("confirm-timeout", seconds) +
      textElement("persist", persist) +
      textElement("persist-id", persistId);
    return element("commit", body);
  }

  /** `<cancel-commit>` */
  cancelCommit(persistId: string | undefined): string {
    this.require("confirmed-commit:1.1", "cancel-commit");
    return element("cancel-commit", textElement("persist-id", persistId));
  }

  /** `<discard-changes>` */
  discardChanges(): string {
    this.require("candidate", "discard-changes");
    return element("discard-changes");
  }

  /** `<validate>` */
  validate(source: NetconfPlace): string {
    this.require("validate", "validate");
    return element("validate", this.#place("source", source, "validate"));
  }

  /** `<lock>`, `<unlock>`, `<delete-config>` */
  on(op: "lock" | "unlock" | "delete-config", target: NetconfPlace): string {
    return element(op, this.#place("target", target, op));
  }

  /** `<copy-config>` */
  copy(
    source: NetconfPlace | { readonly config: XmlLike },
    target: NetconfPlace,
  ): string {
    const op = "copy-config";
    const from = typeof source === "object" && "config" in source
      ? element("source", config(source.config))
      : this.#place("source", source, op);
    return element(op, this.#place("target", target, op) + from);
  }

  /** `<create-subscription>` */
  subscribe(options: NetconfSubscribeOptions): string {
    const op = "create-subscription";
    const { stream, startTime, stopTime } = options;
    this.require("notification", op);
    return subscription(
      textElement("stream", stream) +
        this.#filter(options.filter, op) +
        textElement("startTime", startTime?.toISOString()) +
        textElement("stopTime", stopTime?.toISOString()),
    );
  }

  /** Refuses what the device cannot do. */
  require(name: NetconfCapability, op: string): void {
    requireCapability(this.#capabilities, name, `${op} on`, this.#target);
  }

  #place(name: "source" | "target", at: NetconfPlace, op: string): string {
    if (typeof at === "object") this.require("url", op);
    else if (at !== "running") {
      if (at !== "candidate" && at !== "startup") {
        throw new TypeError(
          `Cannot ${op} as '${name}' must be "running", "candidate", "startup" or { url }: current value is ${at}`,
        );
      }
      this.require(at, op);
    }
    return place(name, at);
  }

  #filter(wanted: NetconfFilter | undefined, op: string): string {
    const isXpath = typeof wanted === "object" &&
      !(wanted instanceof XmlElement);
    if (isXpath) this.require("xpath", op);
    return filter(wanted);
  }
}
