/** Which containers of a Job's newest pod still run: the application, or only its proxy? */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe } from '../probe.ts';
import { at, count, items, labelsOf, nameOf, text } from '../shared/fields.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { hasNativeProxy, lacksProxy } from '../shared/pod-parts.ts';
import { containerNames, type Judgement, say, seen } from '../shared/traffic.ts';

export const jobSidecar: Probe = {
  reads: ['pods'],
  needs: ['namespace'],
  answers: ['proxy-only', 'native', 'app-runs', 'app-failed', 'not-started', 'no-sidecar'],
  async look(reader, facts) {
    const pod = await jobPodOf(reader, facts);
    if (!pod) return seen(sight('pods', facts.namespace!, `no pod of job ${facts.resource ?? ''}`.trim()));
    return judgeJobPod(pod);
  },
};

/** The newest pod of the Job by the labels that its controller sets (the prefixed one since Kubernetes 1.27). */
async function jobPodOf(reader: ClusterReader, facts: Facts): Promise<KubeObject | undefined> {
  const jobs = [facts.resource, facts.workload].filter((name) => name !== undefined);
  if (jobs.length === 0 || facts.pod) return podOf(reader, facts);
  const pods = await reader.list('pods', { namespace: facts.namespace });
  return pods
    .filter((pod) =>
      jobs.includes(labelsOf(pod)['batch.kubernetes.io/job-name'] ?? labelsOf(pod)['job-name'] ?? ''),
    )
    .sort((a, b) =>
      text(b, 'metadata', 'creationTimestamp').localeCompare(text(a, 'metadata', 'creationTimestamp')),
    )[0];
}

export function judgeJobPod(pod: KubeObject): Judgement {
  const statuses = [
    ...items(pod, 'status', 'initContainerStatuses').filter((one) => text(one, 'name') === 'istio-proxy'),
    ...items(pod, 'status', 'containerStatuses'),
  ];
  const sights = [
    sight(podName(pod), 'status.phase', text(pod, 'status', 'phase') || 'absent'),
    sight(podName(pod), 'containers', containerNames(pod)),
    ...statuses.map((one) => sight(podName(pod), `${text(one, 'name')} state`, at(one, 'state') ?? 'absent')),
  ];
  if (nameOf(pod) === '') return seen(...sights);
  if (text(pod, 'status', 'phase') === 'Pending') return say('not-started', sights);
  if (lacksProxy(pod)) return say('no-sidecar', sights);
  const apps = statuses.filter((one) => text(one, 'name') !== 'istio-proxy');
  const proxyRuns = statuses.some((one) => text(one, 'name') === 'istio-proxy' && runs(one));
  if (apps.length === 0) return seen(...sights);
  if (apps.some(runs)) return say('app-runs', sights);
  if (!apps.every(hasEnded)) return seen(...sights);
  if (apps.some((one) => exitCode(one) !== 0)) return say('app-failed', sights);
  if (!proxyRuns) return seen(...sights);
  return say(hasNativeProxy(pod) ? 'native' : 'proxy-only', sights);
}

const runs = (status: unknown) => at(status, 'state', 'running') !== undefined;
const exitCode = (status: unknown) => count(status, ['state', 'terminated', 'exitCode'], Number.NaN);
const hasEnded = (status: unknown) => !Number.isNaN(exitCode(status));
