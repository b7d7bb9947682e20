/**
 * Changes to the kernel's network as plain data, which can be kept, shown as
 * `ip` commands, applied and undone.
 *
 * @module
 */

import type {
  AddressSpec,
  ClassSpec,
  Device,
  LinkChange,
  LinkSpec,
  NeighbourSpec,
  PortVlanSpec,
  QdiscSpec,
  RouteSpec,
  RuleSpec,
} from "./specs.ts";

/** One change. */
export type Operation =
  | { readonly op: "addLink"; readonly link: LinkSpec }
  | {
    readonly op: "setLink";
    readonly device: Device;
    readonly change: LinkChange;
  }
  | { readonly op: "deleteLink"; readonly device: Device }
  | {
    readonly op: "addPortVlan" | "deletePortVlan";
    readonly portVlan: PortVlanSpec;
  }
  | {
    readonly op: "addAddress" | "replaceAddress" | "deleteAddress";
    readonly address: AddressSpec;
  }
  | {
    readonly op: "addRoute" | "replaceRoute" | "appendRoute" | "deleteRoute";
    readonly route: RouteSpec;
  }
  | { readonly op: "addRule" | "deleteRule"; readonly rule: RuleSpec }
  | {
    readonly op: "addNeighbour" | "replaceNeighbour" | "deleteNeighbour";
    readonly neighbour: NeighbourSpec;
  }
  | {
    readonly op: "addQdisc" | "replaceQdisc" | "deleteQdisc";
    readonly qdisc: QdiscSpec;
  }
  | {
    readonly op: "addClass" | "replaceClass" | "deleteClass";
    readonly class: ClassSpec;
  };
