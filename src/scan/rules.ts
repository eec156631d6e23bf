/** Every rule of a scan, and what all of them read. */
import type { ResourceId } from '../cluster/resources.ts';
import type { Rule } from './rule.ts';
import { CONTROL_PLANE_RULES } from './rules/control-plane.ts';
import { GATEWAY_RULES } from './rules/gateways.ts';
import { POLICY_RULES } from './rules/policies.ts';
import { TRAFFIC_RULES } from './rules/traffic.ts';
import { WORKLOAD_RULES } from './rules/workloads.ts';

export const RULES: readonly Rule[] = [
  ...CONTROL_PLANE_RULES,
  ...WORKLOAD_RULES,
  ...TRAFFIC_RULES,
  ...GATEWAY_RULES,
  ...POLICY_RULES,
];

export function readsOfRules(rules: readonly Rule[] = RULES): ResourceId[] {
  return [...new Set(rules.flatMap(({ reads }) => reads))];
}
