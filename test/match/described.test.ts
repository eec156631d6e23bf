/** What `kubectl describe pod` and the kubelet's events say of single containers. */
import { describe, expect, it } from 'vitest';
import { splitRecords } from '../../src/match/index.ts';

const partsOf = (text: string) =>
  splitRecords(text).flatMap((record) => (record.parts ?? []).map((part) => part.fields));
const eventOf = (line: string) => splitRecords(line)[0]!.fields;

const POD = `$ kubectl describe pod cart-0 -n shop
Name:         cart-0
Namespace:    shop
Status:       Running
Init Containers:
  istio-init:
    State:          Terminated
      Reason:       Error
      Exit Code:    1
Containers:
  cart:
    Image:          registry.example/cart:3
    State:          Running
    Ready:          True
    Environment:
      mode:
  istio-proxy:
    Image:          docker.io/istio/proxyv2:1.28.0
    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
    Ready:          False
    Restart Count:  4
Conditions:
  Ready  False`;

describe('a described pod', () => {
  it('has a part for each container, as a row of a table would name its state', () => {
    expect(partsOf(POD)).toEqual([
      { name: 'cart-0', namespace: 'shop', container: 'istio-init', status: 'Init:Error', exit: '1' },
      {
        name: 'cart-0',
        namespace: 'shop',
        container: 'cart',
        image: 'registry.example/cart:3',
        status: 'Running',
        'container-ready': 'true',
      },
      {
        name: 'cart-0',
        namespace: 'shop',
        container: 'istio-proxy',
        image: 'docker.io/istio/proxyv2:1.28.0',
        status: 'CrashLoopBackOff',
        last: 'OOMKilled',
        exit: '137',
        'container-ready': 'false',
        restarts: '4',
      },
    ]);
  });

  it('that does not run says so itself', () => {
    expect(partsOf('Name:       istio-pilot-7\nNamespace:  istio-system\nStatus:     Pending\nIP:')).toEqual([
      { name: 'istio-pilot-7', namespace: 'istio-system', status: 'Pending' },
    ]);
  });

  it('tells its proxy by the port of the probe where the beginning was cut off', () => {
    const text =
      '    State:      Running\n    Ready:      False\n    Readiness:  http-get http://:15021/healthz/ready delay=1s';
    expect(partsOf(text)).toEqual([
      { container: 'istio-proxy', status: 'Running', 'container-ready': 'false' },
    ]);
  });

  it('is nothing of a sentence with colons', () => {
    expect(partsOf('Status: it works\nour proxy:\nName: unknown')).toEqual([]);
  });
});

describe('an event', () => {
  it('names its object and its container', () => {
    expect(
      eventOf(
        '2m  Warning  BackOff  pod/cart-0  Back-off restarting failed container istio-proxy in pod cart-0',
      ),
    ).toMatchObject({ kind: 'pod', name: 'cart-0', container: 'istio-proxy', reason: 'BackOff' });
  });

  it('is about the pod its message names, or the one that was placed on a node before it', () => {
    const text = [
      '  Normal   Scheduled    9m   default-scheduler  Successfully assigned istio-system/istiod-7-x to node-1',
      '  Warning  FailedMount  8m   kubelet            MountVolume.SetUp failed for volume "config"',
      '  Warning  FailedMount  7m   kubelet            Unable to mount volumes for pod "istio-pilot-5-y_istio-system(4b9e)": timeout',
      'istio-system   5m   19m   15   istio-galley-6-z.159f893c47a36030   Pod   Warning   FailedMount   kubelet   MountVolume.SetUp failed',
    ].join('\n');
    expect(splitRecords(text).map(({ fields }) => fields.name)).toEqual([
      'istiod-7-x',
      'istiod-7-x',
      'istio-pilot-5-y',
      'istio-galley-6-z',
    ]);
  });

  it('of an eviction names the container that used most', () => {
    const message =
      'Warning  Evicted  9m  kubelet  The node was low on resource: memory. Container istio-proxy was using 69096Ki, which exceeds its request of 0. Container discovery was using 12Gi, which exceeds its request of 2Gi.';
    expect(eventOf(`  ${message}`).container).toBe('discovery');
  });
});

describe('a row of kubectl top', () => {
  it('says whether it uses much, with and without its header', () => {
    const rows = splitRecords('istiod-7-x  2826m  6149Mi\nistio-ingressgateway-5-y  25m  70Mi');
    expect(rows.map(({ kind, fields }) => [kind, fields.name, fields.load])).toEqual([
      ['row', 'istiod-7-x', 'high'],
      ['row', 'istio-ingressgateway-5-y', 'low'],
    ]);
  });
});

describe('the head of a log line', () => {
  it('is read where a page has eaten the tabs', () => {
    const [record] = splitRecords('2026-03-01T10:00:00.000000ZerrormcpError receiving the answer of galley');
    expect(record!.fields.level).toBe('error');
    expect(record!.lines).toEqual([
      '2026-03-01T10:00:00.000000Z\terror\tmcp\tError receiving the answer of galley',
    ]);
  });

  it('is read of what protobuf logs', () => {
    const text =
      '[libprotobuf ERROR src/report_batch.cc:83] one\n[libprotobuf WARNING src/report_batch.cc:83] two';
    expect(splitRecords(text).map(({ kind, fields }) => [kind, fields.level])).toEqual([
      ['log', 'error'],
      ['log', 'warning'],
    ]);
  });
});

describe('a row of top', () => {
  it('names the process and what it uses', () => {
    const [row] = splitRecords('   17 istio-p+  20   0  906068 665036  38460 S  31.3   2.1 693:35.77 envoy');
    expect(row).toMatchObject({ kind: 'row', fields: { process: 'envoy', 'cpu-percent': '31.3' } });
  });
});
