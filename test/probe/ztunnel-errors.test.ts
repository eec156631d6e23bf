/** What ztunnel says about a failing connection, on the nodes of both sides. */
import { describe, expect, it } from 'vitest';
import { ask, brokenObjects, type Objects } from './asking.ts';

const AMBIENT = { 'ambient.istio.io/redirection': 'enabled' };
const READY = { conditions: [{ type: 'Ready', status: 'True' }] };
const pod = (name: string, node: string, annotations: object = AMBIENT, more: object = {}) => ({
  metadata: { name, namespace: 'shop', labels: { app: name.split('-')[0] }, annotations },
  spec: { nodeName: node, containers: [{ name: 'app' }], ...more },
  status: { phase: 'Running' },
});
const ztunnel = (node: string, status: object = READY) => ({
  metadata: { name: `ztunnel-${node}`, namespace: 'istio-system', labels: { app: 'ztunnel' } },
  spec: { nodeName: node },
  status: { phase: 'Running', ...status },
});
const service = { metadata: { name: 'cart', namespace: 'shop' }, spec: { selector: { app: 'cart' } } };
const set = { metadata: { name: 'ztunnel', namespace: 'istio-system', labels: { app: 'ztunnel' } } };
const labelled = (labels: object) => ({ metadata: { name: 'shop', labels } });
const AMBIENT_SHOP = labelled({ 'istio.io/dataplane-mode': 'ambient' });
const FACTS = { namespace: 'shop', service: 'cart', 'client-pod': 'web-1', 'client-namespace': 'shop' };

const line = (error: string, { name = 'cart', quote = '"', address = '10.2.0.7:15008' } = {}) =>
  `2026-11-20T08:14:03.551207Z\terror\taccess\tconnection complete\tsrc.addr=10.2.0.9:41234 src.workload=${quote}web-1${quote} ` +
  `src.namespace="shop" dst.addr=${address} dst.hbone_addr=10.2.0.7:8080 dst.service=${quote}${name}.shop.svc.cluster.local${quote} ` +
  `dst.workload=${quote}${name}-1${quote} dst.namespace="shop" direction="outbound" bytes_sent=0 bytes_recv=0 duration="3ms"` +
  (error === '' ? '' : ` error="${error}"`);

describe('ztunnel-errors', () => {
  const run = (a: readonly string[], more: Objects = {}, b: readonly string[] = [], facts: object = FACTS) =>
    ask(
      'ztunnel-errors',
      { ...FACTS, ...facts },
      {
        objects: {
          pods: [pod('cart-1', 'b'), pod('web-1', 'a'), ztunnel('a'), ztunnel('b')],
          services: [service],
          namespaces: [AMBIENT_SHOP],
          'daemonsets.apps': [set],
          ...more,
        },
        logs: {
          'istio-system/ztunnel-a/istio-proxy': a.join('\n'),
          'istio-system/ztunnel-b/istio-proxy': b.join('\n'),
        },
      },
    );

  const HBONE =
    'connection timed out, maybe a NetworkPolicy is blocking HBONE port 15008: deadline has elapsed';
  it.each<[string[], string[]]>([
    [['hbone-blocked'], [line(HBONE)]],
    [['hbone-blocked'], [line('io error: Connection refused (os error 111)')]],
    [[], [line('io error: Connection refused (os error 111)', { address: '10.2.0.7:8080' })]],
    [['denied'], [line('http status: 401 Unauthorized', { quote: '' })]],
    [['denied'], [line('connection closed due to policy rejection: explicitly denied by: shop/deny')]],
    [[], [line('http status: 503 Service Unavailable')]],
    [['waypoint'], [line('unknown waypoint: waypoint.shop.svc.cluster.local')]],
    [['certificates'], [line('identity error: certificate: signing gRPC error: Unavailable')]],
    [['not-enrolled'], [line('failed to fetch information about local workload: web-1')]],
    [[], [line(HBONE), line('')]],
    [[], [line(HBONE, { name: 'pay' })]],
    [[], []],
  ])('%j from %j', async (expected, log) => {
    expect(await run(log)).toEqual(expected);
  });

  it('hears both nodes, the caller first', async () => {
    const refused = line('connection closed due to policy rejection: allow policies exist, but none allowed');
    expect(await run([], {}, [refused])).toEqual(['denied']);
    expect(await run([line(HBONE)], {}, [refused])).toEqual(['hbone-blocked', 'denied']);
  });

  it('knows a node whose ztunnel is gone or not ready, where an ambient pod needs it', async () => {
    const pods = (...more: object[]) => ({ pods: [pod('cart-1', 'b'), pod('web-1', 'a'), ...more] });
    expect(await run([], pods(ztunnel('a')))).toEqual(['ztunnel-down']);
    expect(await run([], pods(ztunnel('a'), ztunnel('b', {})))).toEqual(['ztunnel-down']);
    const outside = { pods: [pod('cart-1', 'b'), pod('web-1', 'a', {}), ztunnel('b')] };
    expect(await run([], outside)).toEqual([]);
  });

  it('hears nothing of a pod that is not in the ambient mesh', async () => {
    const outside = [pod('cart-1', 'b', {}), pod('web-1', 'a'), ztunnel('a'), ztunnel('b')];
    const facts = { pod: 'cart-1' };
    expect(await run([], { pods: outside, namespaces: [labelled({})] }, [], facts)).toEqual(['not-enrolled']);
    expect(await run([line(HBONE)], { pods: outside }, [], facts)).toEqual(['hbone-blocked']);
  });

  it('reads nothing into other shapes', async () => {
    expect(await run([], brokenObjects([['shop', 'cart-1']]))).toEqual([]);
  });
});
