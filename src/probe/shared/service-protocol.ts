/** Ports of Services as Istio reads them: their protocol, and the container port behind them. */
import type { KubeObject } from '../../cluster/reader.ts';
import { at, count, items, text } from './fields.ts';

export interface ServicePort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: string | number;
  readonly appProtocol: string;
  /** `http`, `http2`, `grpc`, `grpc-web`, `https`, `tls`, `tcp`, `mongo`, `mysql`, `redis`, `udp`; empty: to be guessed. */
  readonly protocol: string;
}

export function portsOf(service: KubeObject): ServicePort[] {
  return items(service, 'spec', 'ports').map((one) => {
    const [name, appProtocol] = [text(one, 'name'), text(one, 'appProtocol')];
    const target = at(one, 'targetPort');
    const port = count(one, ['port']);
    const transport = text(one, 'protocol') || 'TCP';
    return {
      name,
      port,
      targetPort: typeof target === 'string' || typeof target === 'number' ? target : port,
      appProtocol,
      protocol: transport === 'TCP' ? protocolOf(name, appProtocol, port) : transport.toLowerCase(),
    };
  });
}

/** Names that Istio knows, alone or before a dash (istio.io, "Protocol Selection"). */
const KNOWN = ['grpc', 'grpc-web', 'http', 'http2', 'https', 'tls', 'tcp', 'mongo', 'mysql', 'redis', 'udp'];
/** Names of Kubernetes' own for appProtocol. */
const STANDARD: Readonly<Record<string, string | undefined>> = {
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'https',
};
/** Ports that are TCP when nothing is declared, since the server speaks first there (pkg/config/kube). */
const SERVER_FIRST = [25, 53, 3306, 27017];

/** appProtocol stands in the name's place, also where Istio does not know it (pkg/config/kube, ConvertProtocol). */
function protocolOf(name: string, appProtocol: string, port: number): string {
  const declared = (appProtocol || name).toLowerCase();
  if (appProtocol !== '' && STANDARD[declared]) return STANDARD[declared];
  if (declared.startsWith('grpc-web')) return 'grpc-web';
  const prefix = declared.split('-')[0]!;
  if (KNOWN.includes(prefix)) return prefix;
  return SERVER_FIRST.includes(port) ? 'tcp' : '';
}

/**
 * The ports a case means: the one of its number (the Service's or the container's), else all. A number that the
 * Service does not have leaves none.
 */
export function portsMeant(service: KubeObject, port: string | undefined): ServicePort[] {
  const ports = portsOf(service);
  if (port === undefined) return ports;
  const number = Number(port);
  const byPort = ports.filter((one) => one.port === number);
  return byPort.length > 0 ? byPort : ports.filter((one) => one.targetPort === number);
}

/** Ports of a pod's containers, native sidecars included. */
export function containerPorts(pod: KubeObject): { readonly name: string; readonly port: number }[] {
  return [...items(pod, 'spec', 'initContainers'), ...items(pod, 'spec', 'containers')]
    .flatMap((one) => items(one, 'ports'))
    .map((one) => ({ name: text(one, 'name'), port: count(one, ['containerPort']) }));
}

/** The number of the container port behind a Service's port; undefined where no container has its name. */
export function targetOf(port: ServicePort, pod: KubeObject): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort;
  if (/^\d+$/.test(port.targetPort)) return Number(port.targetPort);
  return containerPorts(pod).find(({ name }) => name === port.targetPort)?.port;
}
