/** Is the CA bundle of Istio's webhooks there, and is it the CA that istiod signs with? */

import { named, type Probe } from '../probe.ts';
import { map } from '../shared/fields.ts';
import { istioNamespace, sight } from '../shared/mesh.ts';
import { istioWebhooks } from './webhook-service.ts';

export const webhookCaBundle: Probe = {
  reads: [
    'mutatingwebhookconfigurations.admissionregistration.k8s.io',
    'validatingwebhookconfigurations.admissionregistration.k8s.io',
    'configmaps',
  ],
  needs: [],
  answers: ['empty', 'ignore', 'filled', 'differs', 'same'],
  async look(reader, facts) {
    // Webhooks that call a URL have a certificate of their own and need no bundle.
    const webhooks = (await istioWebhooks(reader)).filter(({ service }) => service !== undefined);
    const root =
      map(await reader.get('configmaps', 'istio-ca-root-cert', istioNamespace(facts)), 'data')[
        'root-cert.pem'
      ] ?? '';
    const sights = webhooks.map(({ configuration, name, caBundle }) =>
      sight(
        named('webhookconfiguration', configuration),
        `${name} caBundle`,
        caBundle === '' ? 'empty' : `${caBundle.length} characters`,
      ),
    );
    if (webhooks.length === 0) return { candidates: [], sights };
    const empty = webhooks.filter(({ caBundle }) => caBundle === '');
    if (empty.length > 0) return { candidates: [{ answer: 'empty', sights }], sights };
    const differs = root !== '' && webhooks.some(({ caBundle }) => !sameCertificate(caBundle, root));
    const ignores = webhooks.some(({ failurePolicy }) => failurePolicy === 'Ignore');
    const seen = [
      ...sights,
      sight(
        named('configmap', 'istio-ca-root-cert', istioNamespace(facts)),
        'root-cert.pem',
        root === '' ? 'absent' : `${root.length} characters`,
      ),
    ];
    const candidates = [
      ...(root === '' ? [] : [{ answer: differs ? 'differs' : 'same', sights: seen }]),
      { answer: ignores ? 'ignore' : 'filled', sights: seen },
    ];
    return { candidates, sights: seen };
  },
};

/** The bundle is base64 of PEM and may hold several certificates; one of them must be the root. */
function sameCertificate(caBundle: string, root: string): boolean {
  const bare = (pem: string) => pem.replace(/\s+/g, '');
  return bare(Buffer.from(caBundle, 'base64').toString('utf8')).includes(bare(root));
}
