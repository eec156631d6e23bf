/** Facts picked from what a snapshot holds, on the built program. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { unmesh } from '../cli/run.ts';

let pods = '';
let services = '';

const list = (kind: string, ...named: [namespace: string, name: string][]) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: named.map(([namespace, name]) => ({ apiVersion: 'v1', kind, metadata: { namespace, name } })),
  });

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'unmesh-snapshot-'));
  pods = join(folder, 'pods.json');
  services = join(folder, 'services.json');
  writeFileSync(pods, list('Pod', ['shop', 'cart-1'], ['bank', 'web-1']));
  writeFileSync(services, list('Service', ['shop', 'cart']));
});

const walk = (symptom: string, from: string, ...lines: string[]) =>
  unmesh(['--plain', '--symptom', symptom, '--from', from], { input: `${lines.join('\n')}\n` });

describe('a case in a snapshot', () => {
  it('offers the namespaces of what was collected though the namespaces themselves were not', () => {
    const { out, code } = walk('sidecar-missing', pods, '2');
    expect(code).toBe(0);
    expect(out).toContain('Which namespace? Found in ');
    expect(out).toContain('  1) bank\n  2) shop\n');
    expect(out).toContain('Picked namespace: shop');
  });

  it('says that a list was not collected, and takes what is typed', () => {
    const { out, code } = walk('rollout-503', services, 'shop', 'cart');
    expect(code).toBe(0);
    expect(out).toContain(
      'The list could not be read: not in the snapshot, or only a part of it (deployments.apps',
    );
    expect(out).not.toContain('workload (Deployment) is not known');
    // With both facts the probe looks, and cannot in this snapshot either.
    expect(out).toContain('The snapshot does not contain this:');
  });
});
