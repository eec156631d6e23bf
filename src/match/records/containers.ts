/**
 * A pod's containers beside each other, as two fields: `containers` and `init-containers`, each `name=state` with the
 * reason where a container does not run. From what a description says of each, or from the statuses of a YAML document.
 */

export interface ContainerState {
  readonly name: string;
  readonly isInit: boolean;
  /** `running`, or in small letters why it does not run: `crashloopbackoff`, `completed`, `waiting`. */
  readonly state: string;
}

/** A proxy among the init containers is a native sidecar and runs beside the others. */
export function containerState(name: string, isInitSection: boolean, state: string): ContainerState {
  const isInit = name !== 'istio-proxy' && (isInitSection || /^istio-(?:init|validation)$/.test(name));
  return { name, isInit, state: state.toLowerCase() };
}

export function containerFields(found: readonly ContainerState[]): { [name: string]: string } {
  const fields: { [name: string]: string } = {};
  for (const [key, isInit] of [
    ['containers', false],
    ['init-containers', true],
  ] as const) {
    const own = found.filter((one) => one.isInit === isInit);
    if (own.length > 0) fields[key] = own.map((one) => `${one.name}=${one.state}`).join(' ');
  }
  return fields;
}

const SECTION = /^\s{0,40}(initContainerStatuses|containerStatuses):\s*$/;
/** `  - name: web` and `    name: web`. */
const NAME = /^\s{0,60}(?:- )?name: "?([a-z0-9][a-z0-9-]{0,62})"?\s*$/;
const STATE = /^\s{0,60}state:\s*$/;
const KIND = /^\s{0,60}(running|terminated|waiting):/;
const REASON = /^\s{0,60}reason:\s{1,40}"?([A-Za-z]{2,40})/;
/** What ends the lines that tell more of a state. */
const NEXT = /^\s{0,60}(?:lastState|ready):/;

/** The statuses of `kubectl get pod -o yaml`. */
export function yamlContainers(lines: readonly string[]): ContainerState[] {
  if (lines.length < 3 || !lines.some((line) => line.length < 200 && STATE.test(line))) return [];
  const found: ContainerState[] = [];
  let isInitSection = false;
  let name: string | undefined;
  let awaitsKind = false;
  /** The last container does not run, and the next reason says why. */
  let awaitsReason = false;
  for (const line of lines) {
    if (line.length > 200) continue;
    const kind = awaitsKind ? KIND.exec(line)?.[1] : undefined;
    awaitsKind = STATE.test(line);
    const section = SECTION.exec(line)?.[1];
    const reason = REASON.exec(line)?.[1];
    const named = NAME.exec(line)?.[1];
    if (section !== undefined) {
      isInitSection = section.startsWith('init');
      name = undefined;
      awaitsReason = false;
    } else if (kind !== undefined && name !== undefined) {
      found.push(containerState(name, isInitSection, kind));
      awaitsReason = kind !== 'running';
    } else if (reason !== undefined) {
      if (awaitsReason) found.push({ ...found.pop()!, state: reason.toLowerCase() });
      awaitsReason = false;
    } else if (named !== undefined) {
      name = named;
      awaitsReason = false;
    } else if (NEXT.test(line)) awaitsReason = false;
  }
  return found;
}
