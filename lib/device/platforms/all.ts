/**
 * The platforms that are built in: one line each.
 *
 * To add one, write `name.yaml` beside this file (the nearest relative of the
 * new platform is a good start) and add its line below, in order. The tests
 * then hold it to what every platform promises: `tests/unit/device/platforms_test.ts`
 * says in words what is missing. `connect({ platform: "./name.yaml" })` takes
 * the same file without being built in.
 *
 * @module
 */

/** What loads the YAML text of a platform. */
export type PlatformText = () => Promise<{ readonly default: string }>;

/** The YAML of each built-in platform, by name; nothing is read before it is asked for. */
export const ALL_PLATFORMS: Readonly<Record<string, PlatformText>> = {
  arista_eos: () => import("./arista_eos.yaml", { with: { type: "text" } }),
  aruba_aoscx: () => import("./aruba_aoscx.yaml", { with: { type: "text" } }),
  cisco_asa: () => import("./cisco_asa.yaml", { with: { type: "text" } }),
  cisco_ios: () => import("./cisco_ios.yaml", { with: { type: "text" } }),
  cisco_nxos: () => import("./cisco_nxos.yaml", { with: { type: "text" } }),
  cisco_xe: () => import("./cisco_xe.yaml", { with: { type: "text" } }),
  cisco_xr: () => import("./cisco_xr.yaml", { with: { type: "text" } }),
  cumulus_linux: () =>
    import("./cumulus_linux.yaml", { with: { type: "text" } }),
  dell_os10: () => import("./dell_os10.yaml", { with: { type: "text" } }),
  extreme: () => import("./extreme.yaml", { with: { type: "text" } }),
  fortinet: () => import("./fortinet.yaml", { with: { type: "text" } }),
  frr: () => import("./frr.yaml", { with: { type: "text" } }),
  hp_comware: () => import("./hp_comware.yaml", { with: { type: "text" } }),
  huawei_vrp: () => import("./huawei_vrp.yaml", { with: { type: "text" } }),
  juniper_junos: () =>
    import("./juniper_junos.yaml", { with: { type: "text" } }),
  linux: () => import("./linux.yaml", { with: { type: "text" } }),
  mikrotik_routeros: () =>
    import("./mikrotik_routeros.yaml", { with: { type: "text" } }),
  nokia_sros: () => import("./nokia_sros.yaml", { with: { type: "text" } }),
  paloalto_panos: () =>
    import("./paloalto_panos.yaml", { with: { type: "text" } }),
  vyos: () => import("./vyos.yaml", { with: { type: "text" } }),
};
