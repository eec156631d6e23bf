/** Events about one object, the newest first, and what they say about a container. */
import type { ClusterReader, KubeObject } from '../../cluster/reader.ts';
import { nameOf, namespaceOf, text, timeAt } from './fields.ts';

/** When an event last happened; 0 where it names no time. Milliseconds since the epoch. */
export function lastSeen(event: KubeObject): number {
  const times = [
    timeAt(event, 'series', 'lastObservedTime'),
    timeAt(event, 'lastTimestamp'),
    timeAt(event, 'eventTime'),
    timeAt(event, 'firstTimestamp'),
    timeAt(event, 'metadata', 'creationTimestamp'),
  ];
  return times.find((time) => !Number.isNaN(time)) ?? 0;
}

/** Events about `object`, the newest first. The UID keeps out those of a former pod of the same name. */
export function eventsOf(object: KubeObject, events: readonly KubeObject[]): KubeObject[] {
  const uid = text(object, 'metadata', 'uid');
  return events
    .filter((event) => {
      const other = text(event, 'involvedObject', 'uid');
      return (
        text(event, 'involvedObject', 'name') === nameOf(object) &&
        (uid === '' || other === '' || other === uid)
      );
    })
    .sort((a, b) => lastSeen(b) - lastSeen(a));
}

/** Reads the events about one object from its namespace. */
export async function readEvents(reader: ClusterReader, object: KubeObject): Promise<KubeObject[]> {
  const events = await reader.list('events', {
    namespace: namespaceOf(object),
    fieldSelector: `involvedObject.name=${nameOf(object)}`,
  });
  return eventsOf(object, events);
}

/** The container an event is about (`spec.containers{cart}`); empty where it is about the whole pod. */
export function containerOf(event: KubeObject): string {
  return (
    /^spec\.(?:initC|c)ontainers\{([^{}]*)\}$/.exec(text(event, 'involvedObject', 'fieldPath'))?.[1] ?? ''
  );
}
