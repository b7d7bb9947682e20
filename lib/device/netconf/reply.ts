/**
 * What a device answers to a request that it did.
 *
 * @module
 */

import type { RpcError } from "./netconf_error.ts";
import type { XmlElement } from "./xml_element.ts";

/** A reply without errors. */
export class NetconfReply {
  /** The whole of it: `<rpc-reply>`. */
  readonly element: XmlElement;
  /** What the device warned of. */
  readonly warnings: readonly RpcError[];

  /**
   * Takes a reply.
   *
   * @param element `<rpc-reply>`.
   * @param warnings What the device warned of.
   */
  constructor(element: XmlElement, warnings: readonly RpcError[]) {
    this.element = element;
    this.warnings = warnings;
  }

  /** Whether it says no more than that it was done. */
  get ok(): boolean {
    return this.element.find("ok") !== undefined;
  }

  /** What was asked for, if that comes as `<data>`. */
  get data(): XmlElement | undefined {
    return this.element.find("data");
  }

  /** The content as plain data; see {@linkcode XmlElement.toJSON}. */
  toJSON(): ReturnType<XmlElement["toJSON"]> {
    return this.element.toJSON();
  }

  /** The XML, indented. */
  [Symbol.for("Deno.customInspect")](
    inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const show = (this.element as unknown as Record<
      symbol,
      (inspect: unknown, options?: unknown) => string
    >)[Symbol.for("Deno.customInspect")];
    return show?.call(this.element, inspect, options) ?? "";
  }
}
