/** What the way of a call shows: access logs, rules, Services, names outside. Each answer where the cluster shows it. */
import { describe, expect, it } from 'vitest';
import { ask, type Objects } from './asking.ts';

const meta = (name: string, namespace = 'shop', more: object = {}) => ({
  metadata: { name, namespace, ...more },
});

describe('egress-proxy', () => {
  const facts = { 'client-pod': 'web-1', 'client-namespace': 'shop', host: 'api.example.com' };
  const run = (env: unknown, container = 'web') =>
    ask('egress-proxy', facts, {
      objects: { pods: [{ ...meta('web-1'), spec: { containers: [{ name: container, env }] } }] } as Objects,
    });
  it.each([
    [['proxy'], [{ name: 'HTTPS_PROXY', value: 'http://proxy.corp:3128' }]],
    [['proxy'], [{ name: 'http_proxy', valueFrom: { secretKeyRef: { name: 'proxy' } } }]],
    [[], [{ name: 'HTTPS_PROXY', value: '' }]],
    [
      [],
      [
        { name: 'HTTPS_PROXY', value: 'http://proxy.corp:3128' },
        { name: 'no_proxy', value: '.svc, .example.com' },
      ],
    ],
    [[], []],
  ])('%j', async (expected, env) => {
    expect(await run(env)).toEqual(expected);
  });

  it('looks at the application, not at its sidecar', async () => {
    expect(await run([{ name: 'HTTP_PROXY', value: 'http://proxy.corp:3128' }], 'istio-proxy')).toEqual([]);
  });
});
