/** Raw strength of an answer to the share of such answers that are right. */

/** Below this, unmesh says that it does not know. */
export const THRESHOLD = 0.3;

export function calibrate(raw: number): number {
  return Math.max(0, Math.min(0.99, raw));
}
