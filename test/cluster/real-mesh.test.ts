/** Probes on a real API server that knows the kinds of Istio, of the Gateway API and of Google's mesh. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { PROBES } from '../../src/probe/probes.ts';
import { SHARED } from '../shared.ts';
import { type Manifest, manifestsOf } from './kube.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';
import { grantPublishedRole, proveStates } from './looking.ts';
import { node } from './objects.ts';
import { CASES, NAMESPACES } from './states.ts';
import { CONFIG, CONFIG_LOGS } from './states-config.ts';
import { ROLLOUT_LOGS, ROLLOUTS } from './states-rollouts.ts';
import { SIGN_LOGS, SIGNS } from './states-signs.ts';
import { TRAFFIC, TRAFFIC_LOGS } from './states-traffic.ts';
import { WORKLOAD_LOGS, WORKLOADS } from './states-workloads.ts';
import { describeWithApiServer } from './with-apiserver.ts';

/** As much of Google's CRD as the API server needs to keep objects of the kind; the real one is not published. */
const GOOGLE: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'controlplanerevisions.mesh.cloud.google.com' },
  spec: {
    group: 'mesh.cloud.google.com',
    scope: 'Namespaced',
    names: {
      kind: 'ControlPlaneRevision',
      plural: 'controlplanerevisions',
      singular: 'controlplanerevision',
    },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    ],
  },
};

const ALL = [...CASES, ...WORKLOADS, ...TRAFFIC, ...ROLLOUTS, ...CONFIG, ...SIGNS];
const crds = SHARED && join(SHARED, 'reference/crds');

if (crds) {
  await describeWithApiServer('a real API server with the kinds of a mesh', (server) => {
    let kubelet: Kubelet | undefined;
    afterAll(() => kubelet?.close());

    beforeAll(async () => {
      const { kube, folder } = server();
      await grantPublishedRole(server());
      kubelet = await startKubelet(join(folder, 'kubelet'), {
        ...WORKLOAD_LOGS,
        ...TRAFFIC_LOGS,
        ...ROLLOUT_LOGS,
        ...CONFIG_LOGS,
        ...SIGN_LOGS,
      });
      await kube.apply(...NAMESPACES, node('node-1', kubelet.port), GOOGLE);
      for (const file of ['istio.yaml', 'gateway-api.yaml'])
        await kube.apply(...manifestsOf(join(crds, file)));
    });

    // Two are proven where nothing is installed yet, in real.test.ts.
    const proven = new Set(['gateway-kinds', 'crd-versions', ...ALL.map(({ probe }) => probe)]);
    for (const probe of Object.keys(PROBES).filter((one) => !proven.has(one)))
      it.todo(`${probe} has no state on a real API server yet`);

    describe('workloads and control planes', () => proveStates(server, WORKLOADS));
    describe('traffic and gateways', () => proveStates(server, TRAFFIC));
    describe('pods that come and go', () => proveStates(server, ROLLOUTS));
    describe('configuration and clocks', () => proveStates(server, CONFIG));
    describe('logs, names and errors', () => proveStates(server, SIGNS));
  });
} else {
  console.warn('skipped: probes with the kinds of a mesh: their CRDs are not here');
  describe.skip('a real API server with the kinds of a mesh (skipped: their CRDs are not here)', () => {
    it.todo('runs the probes');
  });
}
