/** A mesh of any size, its objects as large as real ones are: most of a pod is what nobody looks at. */
import type { ResourceId } from '../src/cluster/resources.ts';
import { healthyMesh, type Mesh, meshPod, meta } from '../test/scan/mesh.ts';

/** About 500 Services and 1,000 Istio objects, whatever the number of pods. */
const SERVICES = 500;
const NAMESPACES = 25;

type Json = Record<string, unknown>;

const spaceOf = (i: number) => `team-${i % NAMESPACES}`;

const managedFields = (size: number) => [
  {
    manager: 'kube-controller-manager',
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-02-01T08:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(Array.from({ length: size }, (_, i) => [`f:field-${i}`, { 'f:value': {} }])),
  },
];

function pod(i: number): Json {
  const app = `app-${i % SERVICES}`;
  const namespace = spaceOf(i % SERVICES);
  const base = meshPod(`${app}-7d9f-${i}`, app, { version: i % 2 ? 'v1' : 'v2' });
  const { containers, initContainers } = base.spec as { containers: Json[]; initContainers: Json[] };
  const env = Array.from({ length: 25 }, (_, n) => ({
    name: `ISTIO_META_SETTING_${n}`,
    value: `a-value-that-is-as-long-as-they-are-${n}`,
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    ...base,
    metadata: {
      ...(base.metadata as Json),
      namespace,
      uid: `00000000-0000-0000-0000-${String(i).padStart(12, '0')}`,
      managedFields: managedFields(40),
    },
    spec: {
      ...(base.spec as Json),
      containers: containers.map((one) => ({
        ...one,
        env,
        resources: { requests: { cpu: '100m', memory: '128Mi' } },
      })),
      initContainers,
      nodeName: `node-${i % 100}`,
      volumes: Array.from({ length: 8 }, (_, n) => ({ name: `volume-${n}`, emptyDir: {} })),
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
    },
  };
}

const istio = (i: number, spec: Json): Json => ({
  metadata: meta(`app-${i % SERVICES}`, spaceOf(i), { managedFields: managedFields(8) }),
  spec,
});

const many = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

export function bigMesh(pods: number): Mesh {
  const mesh = healthyMesh();
  const add = (id: ResourceId, objects: Json[]) => {
    mesh[id] = [...(mesh[id] ?? []), ...objects];
  };
  add(
    'namespaces',
    many(NAMESPACES, (i) => ({
      metadata: meta(`team-${i}`, undefined, { labels: { 'istio-injection': 'enabled' } }),
    })),
  );
  add('pods', many(pods, pod));
  add(
    'services',
    many(SERVICES, (i) => ({
      metadata: meta(`app-${i}`, spaceOf(i)),
      spec: { type: 'ClusterIP', selector: { app: `app-${i}` }, ports: [{ name: 'http', port: 8080 }] },
    })),
  );
  add(
    'endpointslices.discovery.k8s.io',
    many(SERVICES, (i) => ({
      metadata: meta(`app-${i}-x`, spaceOf(i), { labels: { 'kubernetes.io/service-name': `app-${i}` } }),
      endpoints: many(Math.ceil(pods / SERVICES), (n) => ({
        addresses: [`10.${i % 250}.${n % 250}.7`],
        conditions: { ready: true },
        targetRef: { kind: 'Pod', name: `app-${i}-7d9f-${n}`, namespace: spaceOf(i) },
      })),
    })),
  );
  add(
    'replicasets.apps',
    many(SERVICES * 3, (i) => ({ metadata: meta(`app-${i}`, spaceOf(i)), status: { replicas: 1 } })),
  );
  add(
    'virtualservices.networking.istio.io',
    many(400, (i) =>
      istio(i, {
        hosts: [`app-${i}`],
        http: [{ route: [{ destination: { host: `app-${i}`, subset: 'v1' } }] }],
      }),
    ),
  );
  add(
    'destinationrules.networking.istio.io',
    many(400, (i) =>
      istio(i, {
        host: `app-${i}`,
        trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' } },
        subsets: [{ name: 'v1', labels: { app: `app-${i}` } }],
      }),
    ),
  );
  add(
    'authorizationpolicies.security.istio.io',
    many(150, (i) => istio(i, { selector: { matchLabels: { app: `app-${i}` } } })),
  );
  add(
    'peerauthentications.security.istio.io',
    many(50, (i) => istio(i, { selector: { matchLabels: { app: `app-${i}` } }, mtls: { mode: 'STRICT' } })),
  );
  add(
    'configmaps',
    many(NAMESPACES, (i) => ({
      metadata: meta('istio-ca-root-cert', `team-${i}`),
      data: (mesh.configmaps![0] as { data: Json }).data,
    })),
  );
  return mesh;
}
