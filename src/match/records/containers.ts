/**
 * States of a pod's containers as `kubectl describe` and `-o yaml` write them over several lines, as two fields:
 * `containers` and `init-containers`, each `name=state`, with the reason where a container does not run.
 * A proxy among the init containers is a native sidecar and runs beside the others.
 */

interface Container {
  readonly name: string;
  readonly isInit: boolean;
  state: string;
}

const SECTION = /^\s{0,40}(Init Containers|Containers|initContainerStatuses|containerStatuses):\s*$/;
/** `  web:` of describe. */
const DESCRIBED = /^\s{0,40}([a-z0-9][a-z0-9-]{0,62}):\s*$/;
/** `  - name: web` and `    name: web` of YAML. */
const NAMED = /^\s{0,60}(?:- )?name: "?([a-z0-9][a-z0-9-]{0,62})"?\s*$/;
const STATE = /^\s{0,60}State:\s{1,40}(Waiting|Running|Terminated)\b/;
const YAML_STATE = /^\s{0,60}state:\s*$/;
const YAML_KIND = /^\s{0,60}(running|terminated|waiting):/;
const REASON = /^\s{0,60}[Rr]eason:\s{1,40}"?([A-Za-z]{2,40})/;

const INIT_NAMES = /^istio-(?:init|validation)$/;

export function containerFields(lines: readonly string[]): { [name: string]: string } | undefined {
  if (lines.length < 3 || !lines.some((line) => line.length < 200 && /\bstate:/i.test(line)))
    return undefined;
  const found: Container[] = [];
  let isInitSection = false;
  let name: string | undefined;
  /** The container whose state the next lines tell more of. */
  let open: Container | undefined;
  let awaitsKind = false;
  for (const line of lines) {
    if (line.length > 200) continue;
    const section = SECTION.exec(line);
    if (section !== null) {
      isInitSection = section[1]!.toLowerCase().startsWith('init');
      name = undefined;
      open = undefined;
      continue;
    }
    const kind = awaitsKind ? YAML_KIND.exec(line) : null;
    awaitsKind = false;
    const state = kind?.[1] ?? STATE.exec(line)?.[1];
    if (state !== undefined) {
      if (name === undefined) continue;
      const isInit = name !== 'istio-proxy' && (isInitSection || INIT_NAMES.test(name));
      open = { name, isInit, state: state.toLowerCase() };
      found.push(open);
      continue;
    }
    const reason = REASON.exec(line);
    if (reason !== null) {
      if (open !== undefined && open.state !== 'running') open.state = reason[1]!.toLowerCase();
      open = undefined;
      continue;
    }
    if (YAML_STATE.test(line)) {
      awaitsKind = true;
      continue;
    }
    const named = (DESCRIBED.exec(line) ?? NAMED.exec(line))?.[1];
    if (named !== undefined && named !== 'running' && named !== 'terminated' && named !== 'waiting') {
      name = named;
      open = undefined;
    } else if (/^\s{0,60}(?:Last State|Ready|lastState|ready):/.test(line)) open = undefined;
  }
  if (found.length === 0) return undefined;
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
