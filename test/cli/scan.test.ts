/** `unmesh scan` as a person and a CI job run it: over files, so that no cluster is needed. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RESOURCES, type ResourceId } from '../../src/cluster/resources.ts';
import { readsOfRules } from '../../src/scan/rules.ts';
import { change, healthyMesh, type Mesh } from '../scan/mesh.ts';
import { unmesh } from './run.ts';

/** Writes what `kubectl get <resource> -A -o json` prints, one file for each resource, named as docs/snapshots.md asks. */
function folderOf(mesh: Mesh, resources: readonly ResourceId[] = readsOfRules()): string {
  const folder = mkdtempSync(join(tmpdir(), 'unmesh-scan-'));
  for (const id of resources) {
    const { group, versions, plural } = RESOURCES[id];
    const apiVersion = group === '' ? versions[0] : `${group}/${versions[0]}`;
    const kind = KINDS[plural] ?? '';
    const items = (mesh[id] ?? []).map((object) => ({ apiVersion, kind, ...object }));
    writeFileSync(
      join(folder, `${id}-all.json`),
      JSON.stringify({ apiVersion, kind: `${kind}List`, metadata: {}, items }),
    );
  }
  return folder;
}

const KINDS: Readonly<Record<string, string>> = {
  authorizationpolicies: 'AuthorizationPolicy',
  configmaps: 'ConfigMap',
  daemonsets: 'DaemonSet',
  deployments: 'Deployment',
  destinationrules: 'DestinationRule',
  endpointslices: 'EndpointSlice',
  envoyfilters: 'EnvoyFilter',
  gateways: 'Gateway',
  httproutes: 'HTTPRoute',
  mutatingwebhookconfigurations: 'MutatingWebhookConfiguration',
  namespaces: 'Namespace',
  peerauthentications: 'PeerAuthentication',
  pods: 'Pod',
  replicasets: 'ReplicaSet',
  requestauthentications: 'RequestAuthentication',
  serviceentries: 'ServiceEntry',
  services: 'Service',
  validatingwebhookconfigurations: 'ValidatingWebhookConfiguration',
  virtualservices: 'VirtualService',
};

const broken = () =>
  change(
    healthyMesh(),
    ['virtualservices.networking.istio.io', 0, 'spec', 'http', 0, 'route', 0, 'destination'],
    { host: 'cartt' },
  );

describe('unmesh scan', () => {
  it('finds nothing in a healthy mesh and ends with 0', () => {
    const { code, out, err } = unmesh(['scan', '--from', folderOf(healthyMesh())]);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('Nothing wrong found.');
  });

  it('names the fault, the object, the evidence and the way to the fix, and ends with 1', () => {
    const { code, out } = unmesh(['scan', '--from', folderOf(broken())]);
    expect(code).toBe(1);
    expect(out).toContain(
      'The rule sends requests to a host that no Service has  [destination-host-missing]',
    );
    expect(out).toContain('  VirtualService shop/cart\n');
    expect(out).toContain('spec.http[0].route.destination.host: cartt.shop.svc.cluster.local');
    expect(out).toContain('unmesh --symptom http-503');
    expect(out).toContain('1 errors, 0 warnings, 0 suppressed.');
  });

  it.each(['json', 'sarif', 'junit'])('ends with the same codes as %s', (format) => {
    expect(unmesh(['scan', '-o', format, '--from', folderOf(healthyMesh())]).code).toBe(0);
    const { code, out } = unmesh(['scan', '-o', format, '--from', folderOf(broken())]);
    expect(code).toBe(1);
    expect(out).toContain('cartt.shop.svc.cluster.local');
    if (format !== 'junit') expect(() => JSON.parse(out)).not.toThrow();
  });

  it('says what it could not judge, and ends with 5 rather than 0', () => {
    const folder = folderOf(
      healthyMesh(),
      readsOfRules().filter((id) => id !== 'configmaps'),
    );
    const { code, out } = unmesh(['scan', '--from', folder]);
    expect(code).toBe(5);
    expect(out).toContain('configmaps (not in the snapshot): root-certificate-differs');
    expect(out).not.toContain('Nothing wrong found.\n');
  });

  it('keeps to the level and the namespaces asked for', () => {
    const folder = folderOf(broken());
    expect(unmesh(['scan', '-n', 'bank', '--from', folder]).code).toBe(0);
    expect(unmesh(['scan', '-n', 'bank', '-n', 'shop', '--from', folder]).code).toBe(1);
    const warned = folderOf(
      change(
        healthyMesh(),
        ['envoyfilters.networking.istio.io', 0, 'spec', 'workloadSelector', 'labels', 'app'],
        'x',
      ),
    );
    expect(unmesh(['scan', '--from', warned]).code).toBe(1);
    expect(unmesh(['scan', '--level', 'error', '--from', warned]).code).toBe(0);
  });

  it('leaves out what a team has decided to live with, and says where that list is wrong', () => {
    const folder = folderOf(broken());
    const list = join(mkdtempSync(join(tmpdir(), 'unmesh-scan-')), 'accepted.yaml');
    const text =
      'suppress:\n  - rule: destination-host-missing\n    reason: moves in March\n    until: 2999-01-31\n';
    writeFileSync(list, text);
    const { code, out } = unmesh(['scan', '--suppress', list, '--from', folder]);
    expect([code, out.includes('1 suppressed')]).toEqual([0, true]);
    writeFileSync(list, text.replace('    reason: moves in March\n', ''));
    const wrong = unmesh(['scan', '--suppress', list, '--from', folder]);
    expect(wrong.code).toBe(3);
    expect(wrong.err).toContain(`${list}:2:`);
    expect(unmesh(['scan', '--suppress', '/no/such/file', '--from', folder]).code).toBe(3);
  });

  it('lists its rules', () => {
    const { code, out } = unmesh(['scan', '--rules', '--lang', 'ko']);
    expect(code).toBe(0);
    expect(out).toContain('gateway-missing\t오류\thttp-404\t');
  });

  it('says in one sentence that there is no cluster, or that a word of the command line is wrong', () => {
    const none = unmesh(['scan']);
    expect(none.code).toBe(4);
    expect(none.err).toContain('There is no cluster to scan.');
    expect(unmesh(['scan', '-o', 'xml']).code).toBe(2);
    expect(unmesh(['scan', '--level', 'fatal']).code).toBe(2);
    const gone = unmesh(['scan'], { env: { KUBECONFIG: '/no/such/kubeconfig' } });
    expect(gone.code).toBe(5);
    expect(gone.err).toContain('The scan could not be finished.');
  });
});
