import { describe, expect, it } from 'vitest';
import { lintCommand } from '../../src/lint/commands.ts';

describe('a command that kubectl would refuse', () => {
  it.each([
    ["kubectl get service vault -A -o custom-columns='IP:.spec.clusterIP'", 'by name in all namespaces'],
    ['kubectl describe pod web --all-namespaces | grep Image', 'by name in all namespaces'],
    ['kubectl get envoyfilters,wasmplugins -A --sort-by=.metadata.creationTimestamp', 'cannot be sorted'],
    ['istioctl verify-install', 'was removed'],
    ['kubectl get configmap a -n b -o yaml | base64 -w0', 'not there on macOS'],
  ])('is told: %s', (command, message) => {
    expect(lintCommand(command)).toEqual([expect.stringContaining(message)]);
  });

  it.each([
    'kubectl get services -A --field-selector metadata.name=vault',
    'kubectl get deployments -A -l app=istiod -L istio.io/rev',
    'kubectl get pod web -n shop -o yaml | grep -A 3 image',
    'kubectl get events -A --sort-by=.lastTimestamp',
    'kubectl get --raw /readyz',
  ])('is not mistaken for one that works: %s', (command) => {
    expect(lintCommand(command)).toEqual([]);
  });
});
