/** How are the ports of a Service declared, and do the pods behind it fit? */
import type { KubeObject } from '../../cluster/reader.ts';
import type { Facts, Probe, Sight } from '../probe.ts';
import { appSight, hasCrashed, isStopped } from '../shared/app-state.ts';
import { hasLabels, items, labelsOf, map, nameOf, namespaceOf, text } from '../shared/fields.ts';
import { serviceName } from '../shared/gateways.ts';
import { podName, podOf, sight } from '../shared/mesh.ts';
import { appContainers } from '../shared/pod-parts.ts';
import {
  containerPorts,
  portsMeant,
  portsOf,
  type ServicePort,
  targetOf,
} from '../shared/service-protocol.ts';
import { isLive, type Judgement, join, podsOf, say, seen } from '../shared/traffic.ts';

const HTTP = ['http', 'http2', 'grpc', 'grpc-web'];
/** What Istio handles as opaque bytes; HTTPS and TLS are passed through. */
const TCP = ['tcp', 'tls', 'https', 'mongo', 'mysql', 'redis'];

export const servicePorts: Probe = {
  reads: ['services', 'pods', 'version'],
  needs: ['namespace'],
  answers: [
    'no-service',
    'two-services',
    'not-running',
    'target-port',
    'crash',
    'grpc',
    'own-tls',
    'headless',
    'as-http',
    'unnamed',
    'port-name',
    'as-tcp',
    'tcp',
    'not-http',
    'named',
    'good',
  ],
  async look(reader, facts) {
    const { namespace } = facts;
    const services = await reader.list('services', { namespace });
    const service = services.find((one) => nameOf(one) === facts.service);
    if (!service) return judgeOrphan(services, await podOf(reader, facts), facts);
    const pods = await reader.list('pods', { namespace });
    const { date } = await reader.version();
    return judgeServicePorts(service, services, pods, facts, date?.getTime() ?? Number.NaN);
  },
};

/** Without a Service of the case's name: does any one select the pod? */
function judgeOrphan(services: readonly KubeObject[], pod: KubeObject | undefined, facts: Facts): Judgement {
  const absent = sight('services', facts.service ?? 'name', facts.service ? 'not found' : 'not known');
  if (!pod || !isLive(pod)) return seen(absent);
  const own = services.filter((one) => podsOf(one, [pod]).length > 0);
  const labels = sight(podName(pod), 'labels', labelsOf(pod));
  if (own.length > 0)
    return seen(labels, ...own.map((one) => sight(serviceName(one), 'selects', nameOf(pod))));
  return say('no-service', [labels, sight('services', 'that select this pod', `0 of ${services.length}`)]);
}

/** `now` is the API server's clock in milliseconds; NaN where it is not known, and then no crash counts as recent. */
export function judgeServicePorts(
  service: KubeObject,
  services: readonly KubeObject[],
  pods: readonly KubeObject[],
  facts: Facts,
  now: number,
): Judgement {
  const meant = portsMeant(service, facts.port);
  const own = podsOf(service, pods);
  const shown = meant.length > 0 ? meant : portsOf(service);
  const sights = shown.map((port) => portSight(service, port));
  const hasSelector = Object.keys(map(service, 'spec', 'selector')).length > 0;
  const state = hasSelector ? judgePods(service, own, meant, sights, now) : seen();
  const conflicts = conflictsOf(service, services, own, meant);
  const conflict = conflicts.length > 0 ? say('two-services', [...sights, ...conflicts]) : seen();
  const isGood = hasSelector && own.length > 0 && conflicts.length === 0;
  return join(
    conflict,
    state,
    judgeDeclaration(service, meant, sights, isGood),
    seen(...(sights.length > 0 ? sights : [sight(serviceName(service), 'spec.ports', 'none')])),
  );
}

function portSight(
  service: KubeObject,
  { name, port, targetPort, appProtocol, protocol }: ServicePort,
): Sight {
  const parts = [
    name || 'no name',
    `targetPort ${targetPort}`,
    appProtocol ? `appProtocol ${appProtocol}` : '',
    `read as ${protocol || 'undeclared'}`,
  ];
  return sight(serviceName(service), `port ${port}`, parts.filter((one) => one !== '').join(', '));
}

/** What the declared protocols say; several ports of a case must agree. */
function judgeDeclaration(
  service: KubeObject,
  meant: readonly ServicePort[],
  sights: readonly Sight[],
  isGood: boolean,
): Judgement {
  const only = (...wanted: string[]) =>
    meant.length > 0 && meant.every(({ protocol }) => wanted.includes(protocol));
  const headless = text(service, 'spec', 'clusterIP') === 'None';
  const answers: string[] = [];
  if (only('grpc', 'grpc-web')) answers.push('grpc');
  if (only('tls', 'https')) answers.push('own-tls');
  const shown = headless ? [sight(serviceName(service), 'spec.clusterIP', 'None'), ...sights] : sights;
  // A headless port that is declared TCP is as it should be.
  if (headless && !only('tcp')) answers.push('headless');
  if (only('http')) answers.push('as-http');
  if (only('')) answers.push('unnamed', 'port-name');
  if (only('tcp')) answers.push('as-tcp');
  if (only(...TCP)) answers.push('tcp', 'not-http');
  if (only('grpc', 'grpc-web', 'http2')) answers.push('named');
  if (only(...HTTP) && isGood) answers.push('good');
  return say(answers, shown);
}

/** Do the pods run, and does one of their containers have the port that the Service points to? */
function judgePods(
  service: KubeObject,
  own: readonly KubeObject[],
  meant: readonly ServicePort[],
  sights: readonly Sight[],
  now: number,
): Judgement {
  if (own.length === 0)
    return say('not-running', [
      sight(serviceName(service), 'spec.selector', map(service, 'spec', 'selector')),
      sight('pods', 'selected and alive', '0'),
    ]);
  const states = own.map(appSight);
  const parts: Judgement[] = [];
  if (own.every(isStopped)) parts.push(say('not-running', states));
  const isMissing = (port: ServicePort) => own.every((pod) => lacks(pod, port));
  if (meant.length > 0 && meant.every(isMissing))
    parts.push(
      say('target-port', [...sights, ...own.map((pod) => sight(podName(pod), 'containerPort', ports(pod)))]),
    );
  const crashed = own.filter((pod) => hasCrashed(pod, now));
  if (crashed.length > 0) parts.push(say('crash', crashed.map(appSight)));
  return join(...parts);
}

/** The application declares ports, and the one the Service points to is none of them. */
function lacks(pod: KubeObject, port: ServicePort): boolean {
  const declared = containerPorts(pod);
  const target = targetOf(port, pod);
  return (
    hasOwnPorts(pod) && (target === undefined || declared.every(({ port: number }) => number !== target))
  );
}

function hasOwnPorts(pod: KubeObject): boolean {
  return appContainers(pod).some((one) => items(one, 'ports').length > 0);
}

const ports = (pod: KubeObject): string =>
  containerPorts(pod)
    .map(({ name, port }) => (name ? `${name} ${port}` : String(port)))
    .join(', ');

/** Other Services with the same pods and container port, one of them HTTP and the other not (IST0116). */
function conflictsOf(
  service: KubeObject,
  services: readonly KubeObject[],
  own: readonly KubeObject[],
  meant: readonly ServicePort[],
): Sight[] {
  const kindOf = ({ protocol }: ServicePort) =>
    HTTP.includes(protocol) ? 'http' : TCP.includes(protocol) ? 'tcp' : '';
  const clashes = (mine: ServicePort, other: ServicePort, pod: KubeObject) =>
    kindOf(mine) !== '' &&
    kindOf(other) !== '' &&
    kindOf(mine) !== kindOf(other) &&
    targetOf(mine, pod) !== undefined &&
    targetOf(mine, pod) === targetOf(other, pod);
  return services
    .filter((one) => nameOf(one) !== nameOf(service) && namespaceOf(one) === namespaceOf(service))
    .filter((one) => Object.keys(map(one, 'spec', 'selector')).length > 0)
    .flatMap((one) => {
      const shared = own.filter((pod) => hasLabels(labelsOf(pod), map(one, 'spec', 'selector')));
      return portsOf(one)
        .filter((other) => shared.some((pod) => meant.some((mine) => clashes(mine, other, pod))))
        .map((other) => portSight(one, other));
    });
}
