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
    expect(out).toContain('Errors: 1, warnings: 0, suppressed: 0.');
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
    expect(out).toContain('configmaps (not in the snapshot, or only a part of it): root-certificate-differs');
    expect(out).not.toContain('Nothing wrong found.\n');
  });

  it('keeps to the level and the namespaces asked for', () => {
    const folder = folderOf(broken());
    expect(unmesh(['scan', '-n', 'istio-system', '--from', folder]).code).toBe(0);
    expect(unmesh(['scan', '-n', 'istio-system', '-n', 'shop', '--from', folder]).code).toBe(1);
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

  it('does not call a namespace healthy that does not exist', () => {
    for (const level of ['warning', 'error']) {
      const { code, out, err } = unmesh([
        'scan',
        '-n',
        'shpo',
        '--level',
        level,
        '--from',
        folderOf(broken()),
      ]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('There is no namespace "shpo"');
      expect(err).toContain('The nearest: shop');
    }
  });

  it('tells every finding, also those that stand behind hundreds of others', () => {
    const mesh = broken();
    const [cart] = mesh['virtualservices.networking.istio.io']!;
    const many = Array.from({ length: 300 }, (_, i) => ({
      ...cart,
      metadata: { name: `cart-${i}`, namespace: 'shop' },
    }));
    const folder = folderOf({ ...mesh, 'virtualservices.networking.istio.io': many });
    const list = join(mkdtempSync(join(tmpdir(), 'unmesh-scan-')), 'accepted.yaml');
    const of = (name: string) =>
      `  - { rule: '*', name: '${name}', reason: moves in March, until: 2999-01-31 }\n`;
    // All but the one that comes last in the list.
    writeFileSync(
      list,
      `suppress:\n${[...Array(9).keys()].map((i) => of(`cart-${i}*`)).join('')}${of('cart-9')}`,
    );
    const { code, out } = unmesh(['scan', '-o', 'json', '--suppress', list, '--from', folder]);
    expect(code).toBe(1);
    expect(
      new Set(JSON.parse(out).findings.map((one: { object: { name: string } }) => one.object.name)),
    ).toEqual(new Set(Array.from({ length: 10 }, (_, i) => `cart-9${i}`)));
  });

  it('says beside the report that the archive breaks off', () => {
    const folder = folderOf(healthyMesh());
    writeFileSync(join(folder, 'broken-all-namespaces.json'), '{"apiVersion":"v1","kind":"List","items":[{');
    const { out, err } = unmesh(['scan', '-o', 'json', '--from', folder]);
    expect(err).toContain('broken-all-namespaces.json');
    expect(() => JSON.parse(out)).not.toThrow();
  });

  it('asks whether the cluster is the right one where nothing of a mesh is', () => {
    const { namespaces } = healthyMesh();
    const { code, out, err } = unmesh([
      'scan',
      '-o',
      'json',
      '--from',
      folderOf({ namespaces: namespaces! }),
    ]);
    expect(JSON.parse(out).meshSeen).toBe(false);
    expect(err).toContain('Is this the right cluster?');
    expect(code).toBe(1);
  });

  it('leaves out what a team has decided to live with, and says where that list is wrong', () => {
    const folder = folderOf(broken());
    const list = join(mkdtempSync(join(tmpdir(), 'unmesh-scan-')), 'accepted.yaml');
    const text =
      'suppress:\n  - rule: destination-host-missing\n    reason: moves in March\n    until: 2999-01-31\n';
    writeFileSync(list, text);
    const { code, out } = unmesh(['scan', '--suppress', list, '--from', folder]);
    expect([code, out.includes('suppressed: 1')]).toEqual([0, true]);
    expect(out).not.toContain('can be removed');
    writeFileSync(list, `${text}    namespace: nowhere\n`);
    expect(unmesh(['scan', '--suppress', list, '--from', folder]).out).toContain(
      'can be removed: destination-host-missing nowhere/* (moves in March)',
    );
    writeFileSync(list, text.replace('    reason: moves in March\n', ''));
    const wrong = unmesh(['scan', '--suppress', list, '--from', folder]);
    expect(wrong.code).toBe(3);
    expect(wrong.err).toContain(`${list}:2:`);
    const none = unmesh(['scan', '--suppress', '/no/such/file', '--from', folder, '--lang', 'id']);
    expect([none.code, none.err.split('\n')[1]]).toEqual([3, 'Tidak ada file atau folder seperti itu.']);
    expect(unmesh(['scan', '--from', '/no/such/file']).err).toContain('There is no such file or folder.');
  });

  it('lists its rules', () => {
    const { code, out } = unmesh(['scan', '--rules', '--lang', 'ko']);
    expect(code).toBe(0);
    expect(out).toContain('gateway-missing\t오류\thttp-404\t');
    expect(JSON.parse(unmesh(['scan', '--rules', '-o', 'json']).out)).toContainEqual({
      rule: 'gateway-missing',
      level: 'error',
      title: 'The VirtualService names a Gateway that does not exist',
      flow: 'http-404',
    });
    expect(unmesh(['scan', '--rules', '-o', 'sarif']).code).toBe(2);
  });

  it('says in one sentence that there is no cluster, or that a word of the command line is wrong', () => {
    const none = unmesh(['scan']);
    expect(none.code).toBe(4);
    expect(none.err).toContain('There is no cluster to scan.');
    expect(unmesh(['scan', '-o', 'xml']).code).toBe(2);
    expect(unmesh(['scan', '--level', 'fatal']).code).toBe(2);
    const gone = unmesh(['scan'], { env: { KUBECONFIG: '/no/such/kubeconfig' } });
    expect(gone.code).toBe(5);
    expect(gone.err).toContain('The scan could not be finished.\nit could not be read: kubeconfig: ');
  });
});
