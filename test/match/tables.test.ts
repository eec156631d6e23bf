/** Cells that a table leaves empty, containers beside each other, and times inside an object. */
import { describe, expect, it } from 'vitest';
import { splitRecords } from '../../src/match/index.ts';

const last = (text: string) => splitRecords(text).at(-1)!;

describe('a table with an empty cell', () => {
  it('keeps each cell under its own column', () => {
    const text =
      'NAME   CLASS   HOSTS              ADDRESS   PORTS     AGE\nshop   istio   shop.example.com             80, 443   14m';
    expect(last(text).fields).toEqual({
      name: 'shop',
      class: 'istio',
      hosts: 'shop.example.com',
      address: '<none>',
      ports: '80, 443',
      age: '14m',
    });
  });

  it('leaves a row alone that does not stand in the columns', () => {
    expect(last('NAME READY STATUS RESTARTS AGE\ncart-0 1/2 Running 0 3h').fields).toMatchObject({
      ready: '1/2',
      status: 'Running',
    });
  });
});

describe('the containers of a pod', () => {
  it('are read from a description, the init containers apart', () => {
    const { fields } = last(
      'Init Containers:\n  istio-init:\n    State:          Terminated\n      Reason:       Completed\nContainers:\n  report:\n    State:          Terminated\n      Reason:       Completed\n    Last State:     Terminated\n      Reason:       Error\n  istio-proxy:\n    State:          Running',
    );
    expect(fields['init-containers']).toBe('istio-init=completed');
    expect(fields.containers).toBe('report=completed istio-proxy=running');
  });

  it('are read from YAML, whose times do not end the record', () => {
    const records = splitRecords(
      '  containerStatuses:\n  - name: istio-proxy\n    state:\n      running:\n        startedAt: "2026-11-20T10:11:12Z"\n  - lastState: {}\n    name: report\n    state:\n      terminated:\n        exitCode: 0\n        finishedAt: "2026-11-20T10:12:12Z"\n        reason: Completed',
    );
    expect(records).toHaveLength(1);
    expect(records[0]!.fields.containers).toBe('istio-proxy=running report=completed');
  });

  it('count a proxy among the init containers with those that run on', () => {
    const { fields } = last(
      'Init Containers:\n  istio-proxy:\n    State:          Running\nContainers:\n  web:\n    State:          Running',
    );
    expect(fields.containers).toBe('istio-proxy=running web=running');
  });
});

it('names the program whose source file a klog line comes from', () => {
  expect(
    last('E1120 10:11:12.131415       1 replica_set.go:587] sync "shop/cart" failed').fields.component,
  ).toBe('kube-controller-manager');
  expect(last('E1120 10:11:12.131415    1200 prober.go:104] "Probe errored"').fields.component).toBe(
    'kubelet',
  );
});
