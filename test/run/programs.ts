/** Fake programs in a folder of their own, as `kubectl` and `istioctl` in PATH. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `body`: JavaScript that runs as the program. Gives the folder. */
export function programs(bodies: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'unmesh-run-'));
  for (const [name, body] of Object.entries(bodies)) {
    writeFileSync(join(folder, name), `#!${process.execPath}\n${body}\n`, { mode: 0o755 });
  }
  return folder;
}
