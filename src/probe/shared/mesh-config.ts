/** MeshConfig as it lies in ConfigMaps. */
import type { ClusterReader } from '../../cluster/reader.ts';
import { at, text } from './fields.ts';

/** Longer than any real one; YAML of this size is read in a moment. Characters. */
const LIMIT = 262_144;

/**
 * The values of one field of MeshConfig, from the ConfigMap of the revision and the one that managed meshes leave to
 * their users (`istio-shared-configmap-<revision>` on AKS); `undefined` where no MeshConfig can be read. Reads
 * configmaps.
 */
export async function meshSettings(
  reader: ClusterReader,
  { namespace, revision }: { readonly namespace: string; readonly revision: string },
  field: string,
): Promise<readonly unknown[] | undefined> {
  const isDefault = revision === '' || revision === 'default';
  const names = isDefault ? ['istio'] : [`istio-${revision}`, `istio-shared-configmap-${revision}`];
  const found: unknown[] = [];
  for (const name of names) {
    const source = text(await reader.get('configmaps', name, namespace), 'data', 'mesh');
    if (source !== '') found.push(await parsed(source));
  }
  if (found.length === 0 || found.includes(undefined)) return undefined;
  return found.map((one) => at(one, field)).filter((one) => one !== undefined && one !== null);
}

/** `undefined` for what is no map in YAML. */
async function parsed(source: string): Promise<unknown> {
  if (source.length > LIMIT) return undefined;
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(source, { maxAliasCount: 20, logLevel: 'error' });
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    // What istiod cannot read either is told elsewhere; here it decides nothing.
    return undefined;
  }
}
