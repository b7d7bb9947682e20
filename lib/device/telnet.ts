/**
 * The numbers of Telnet, for both of its ends: commands, and the options that
 * they negotiate.
 *
 * @see RFC 854 (commands), RFC 857 (echo), RFC 858 (suppress go ahead),
 * RFC 1073 (window size), RFC 1091 (terminal type)
 * @module
 */

/** Interpret as command: what follows is none of the text. */
export const IAC = 255;
/** The other end is not to use an option. */
export const DONT = 254;
/** The other end is to use an option. */
export const DO = 253;
/** This end does not use an option. */
export const WONT = 252;
/** This end uses an option. */
export const WILL = 251;
/** A subnegotiation begins. */
export const SB = 250;
/** A subnegotiation ends. */
export const SE = 240;

/** The device echoes what is typed. */
export const ECHO = 1;
/** Both may speak at once. */
export const SUPPRESS_GO_AHEAD = 3;
/** Which terminal it is. */
export const TERMINAL_TYPE = 24;
/** How large the terminal is. */
export const WINDOW_SIZE = 31;

/**
 * Doubles what would be taken for a command.
 *
 * @param octets What is to be sent.
 */
export function telnetEscaped(octets: Uint8Array): Uint8Array {
  if (!octets.includes(IAC)) return octets;
  return Uint8Array.from(
    [...octets].flatMap((octet) => octet === IAC ? [IAC, IAC] : [octet]),
  );
}
