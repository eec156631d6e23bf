/** What is the trouble with an upgrade, as far as control planes, labels and images show it? */

import type { Probe } from '../probe.ts';
import { type Istiod, istiodSights, readIstiods } from '../shared/revisions.ts';
import { type Judgement, join, say, seen } from '../shared/traffic.ts';
import { injectorOfLabel } from './injector-of-label.ts';
import { meshVersions } from './mesh-versions.ts';
import { type ControlPlanes, judgePlatform, platform, readControlPlanes } from './platform.ts';

const AKS = 'aks-istio-system';

export const upgradeTrouble: Probe = {
  reads: [...new Set([...platform.reads, ...injectorOfLabel.reads, ...meshVersions.reads])],
  needs: [],
  answers: ['aks-addon', 'two-revisions', 'revision-gone', 'mixed-versions'],
  async look(reader, facts) {
    const planes = await readControlPlanes(reader);
    const istiods = await readIstiods(reader);
    const addon = judgeAddon(planes, istiods);
    if (addon.candidates.length > 0) return addon;
    return judgeTrouble(await injectorOfLabel.look(reader, facts), await meshVersions.look(reader, facts));
  },
};

/** The add-on upgrades in its own way. Two of its revisions run until the upgrade is completed or rolled back. */
export function judgeAddon(planes: ControlPlanes, istiods: readonly Istiod[]): Judgement {
  const { candidates, sights } = judgePlatform(planes, {});
  if (!candidates.some(({ answer }) => answer === 'aks')) return seen();
  const own = istiods.filter(({ namespace }) => namespace === AKS);
  const isDouble = new Set(own.map(({ revision }) => revision)).size > 1;
  return join(say('aks-addon', sights), isDouble ? say('two-revisions', istiodSights(own)) : seen());
}

/**
 * A label or a tag without an istiod is a trouble at once, and so is a proxy two releases away. One that is merely older
 * is what every upgrade leaves until pods restart, so it does not tell that this is the trouble.
 */
export function judgeTrouble(labels: Judgement, versions: Judgement): Judgement {
  const gone = labels.candidates.find(({ answer }) => answer === 'tag-old' || answer === 'label-old');
  const far = versions.candidates.find(({ answer }) => answer === 'too-far');
  return join(
    gone ? say('revision-gone', gone.sights) : seen(),
    far ? say('mixed-versions', far.sights) : seen(),
    seen(...versions.sights, ...labels.sights),
  );
}
