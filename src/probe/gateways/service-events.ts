/** Why does the cloud give the gateway's Service no address? Its controller writes that into events. */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Probe } from '../probe.ts';
import { items, nameOf, namespaceOf, text, timeAt } from '../shared/fields.ts';
import { addressesOf, readIngressServices, serviceName } from '../shared/gateways.ts';
import { sight } from '../shared/mesh.ts';
import { type Judgement, say, seen } from '../shared/traffic.ts';

/** A load balancer of a cloud takes about this long. Milliseconds. */
const IN_WORK = 180_000;
/** The finalizer with which a load-balancer controller marks a Service as its own. */
const CLAIMED = /load-?balancer|elb|service\.kubernetes\.io/;

/** Messages of cloud controllers and MetalLB; the first pattern that fits decides. */
const REASONS: readonly (readonly [string, RegExp])[] = [
  ['quota', /quota|limit ?exceeded|limit ?reached|exceeds? the limit|too ?many ?(?:load|address|ip)/i],
  [
    'permission',
    /authorization ?failed|unauthorized|access ?denied|forbidden|permission|not authorized|does not have authorization/i,
  ],
  [
    'address',
    /no available ips|(?:address|\bips?\b)[^;]{0,120}(?:not found|in use|already|does not exist|not static|not reserved|not available|cannot be found)|(?:in use|not found)[^;]{0,60}(?:address|\bips?\b)/i,
  ],
  ['settings', /subnet|annotation|loadbalancerclass|load balancer class|invalid|unsupported|not supported/i],
];

export const serviceEvents: Probe = {
  reads: ['services', 'gateways.networking.istio.io', 'events', 'version'],
  needs: [],
  answers: ['nobody', 'quota', 'permission', 'address', 'settings', 'just-created'],
  async look(reader, facts) {
    const services = await readIngressServices(reader, facts);
    const pending = services.filter(
      (one) => text(one, 'spec', 'type') === 'LoadBalancer' && addressesOf(one).length === 0,
    );
    const [service] = pending;
    if (!service || pending.length > 1)
      return seen(
        sight('services', 'gateways without address', String(pending.length)),
        ...(pending.length > 1 ? pending : services).map((one) =>
          sight(serviceName(one), 'status.loadBalancer', addressesOf(one).join(' ') || 'empty'),
        ),
      );
    const events = await reader.list('events', {
      namespace: namespaceOf(service),
      fieldSelector: `involvedObject.kind=Service,involvedObject.name=${nameOf(service)}`,
    });
    const { date } = await reader.version();
    return judgeServiceEvents(service, events, date?.getTime() ?? Number.NaN);
  },
};

/** `now` is the API server's clock; NaN where it is not known, and then nothing is said about the age. */
export function judgeServiceEvents(
  service: KubeObject,
  events: readonly KubeObject[],
  now: number,
): Judgement {
  const own = events
    .filter(
      (one) =>
        text(one, 'involvedObject', 'kind') === 'Service' &&
        text(one, 'involvedObject', 'name') === nameOf(service),
    )
    .sort((a, b) => timeOf(b) - timeOf(a));
  const lines = [
    ...own
      .filter((one) => text(one, 'type') !== 'Normal')
      .map((one) => sight(serviceName(service), `event ${text(one, 'reason')}`, text(one, 'message'))),
    ...items(service, 'status', 'conditions')
      .filter((one) => text(one, 'status') !== 'True')
      .map((one) => sight(serviceName(service), `condition ${text(one, 'type')}`, text(one, 'message'))),
  ];
  for (const line of lines) {
    const reason = REASONS.find(([, pattern]) => pattern.test(line.value));
    if (reason) return say(reason[0], [line]);
  }
  if (lines.length > 0) return seen(...lines);
  const age = now - timeAt(service, 'metadata', 'creationTimestamp');
  const created = sight(
    serviceName(service),
    'metadata.creationTimestamp',
    text(service, 'metadata', 'creationTimestamp'),
  );
  if (age < IN_WORK) return say('just-created', [created]);
  const claims = items(service, 'metadata', 'finalizers').filter(
    (one) => typeof one === 'string' && CLAIMED.test(one),
  );
  const none = sight(serviceName(service), 'events', own.length === 0 ? 'none' : 'no failure');
  // Controllers repeat their events on every attempt, so an old Service without any is nobody's.
  if (age >= IN_WORK && own.length === 0 && claims.length === 0) return say('nobody', [created, none]);
  return seen(created, none);
}

function timeOf(event: KubeObject): number {
  const time = [
    timeAt(event, 'series', 'lastObservedTime'),
    timeAt(event, 'lastTimestamp'),
    timeAt(event, 'eventTime'),
    timeAt(event, 'metadata', 'creationTimestamp'),
  ].find((one) => !Number.isNaN(one));
  return time ?? 0;
}
