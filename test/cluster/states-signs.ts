/** States whose signs stand in a name, in a log line or in what an error names, each with a twin that does not show it. */
import type { Logs } from './kubelet.ts';
import { app, meshed, service, web } from './mesh-objects.ts';
import type { RealCase } from './states.ts';

const cart = service('cart', [{ name: 'grpc', port: 8080 }]);

/** A pod of each log: the kubelet of the tests answers by its name. */
const caller = (name: string) => web({ name });

const TRAFFIC: readonly RealCase[] = [
  {
    flow: 'grpc-errors',
    state: 'which-status',
    probe: 'access-log-grpc',
    facts: { namespace: 'shop', service: 'cart', 'client-pod': 'web-grpc', 'client-namespace': 'shop' },
    expected: 'unavailable',
    objects: () => [cart, meshed(), caller('web-grpc')],
    instead: '(ambiguous)',
    without: () => [cart, meshed(), web({ name: 'web-grpc', containers: [app()] })],
  },
  {
    flow: 'dns-resolution',
    state: 'which-name',
    probe: 'dns-name',
    facts: { namespace: 'shop', pod: 'web-1', host: 'cart' },
    expected: 'service',
    objects: () => [cart, web()],
    instead: '(ambiguous)',
    without: () => [web()],
  },
];

export const SIGNS: readonly RealCase[] = [...TRAFFIC];

export const SIGN_LOGS: Logs = {
  'shop/web-grpc/istio-proxy':
    '[2026-11-01T10:00:09.123Z] "POST /shop.Cart/Get HTTP/2" 200 UH no_healthy_upstream - "-" 0 0 0 - "-" "grpc-go/1.70" "5c1e6f0a-0000-4000-8000-000000000001" "cart.shop:8080" "-" outbound|8080||cart.shop.svc.cluster.local - 10.12.3.4:8080 10.8.0.3:40210 - default',
};
