/** Which command lines unmesh runs itself, and which it leaves to the person. */
import { describe, expect, it } from 'vitest';
import { planCommand } from '../../src/run/plan.ts';

const refusal = (line: string) => {
  const plan = planCommand(line);
  return 'refused' in plan ? plan.refused : `runs ${plan.argv.join(' ')}`;
};

describe('a command that only reads', () => {
  it.each([
    ['kubectl get pods -n shop', ['kubectl', 'get', 'pods', '-n=shop']],
    ['kubectl get pods -nshop -owide', ['kubectl', 'get', 'pods', '-n=shop', '-o=wide']],
    [
      `kubectl get pod web-1 -n shop -o jsonpath='{.spec.initContainers[?(@.name=="istio-init")].args}'`,
      [
        'kubectl',
        'get',
        'pod',
        'web-1',
        '-n=shop',
        '-o=jsonpath={.spec.initContainers[?(@.name=="istio-init")].args}',
      ],
    ],
    [
      `kubectl get pods -l 'app in (ztunnel,istiod)' -A`,
      ['kubectl', 'get', 'pods', '-l=app in (ztunnel,istiod)', '-A'],
    ],
    [
      'kubectl logs deployment/istiod -c discovery --previous --tail=-1',
      ['kubectl', 'logs', 'deployment/istiod', '-c=discovery', '--previous', '--tail=-1'],
    ],
    [`kubectl get --raw '/readyz?verbose'`, ['kubectl', 'get', '--raw=/readyz?verbose']],
    ['kubectl auth can-i list pods -A', ['kubectl', 'auth', 'can-i', 'list', 'pods', '-A']],
    [
      'kubectl get secret cacerts -n istio-system',
      ['kubectl', 'get', 'secret', 'cacerts', '-n=istio-system'],
    ],
    ['istioctl -i aks-istio-system proxy-status', ['istioctl', '-i=aks-istio-system', 'proxy-status']],
    [
      'istioctl pc listeners web-1.shop --port 15006 -o json',
      ['istioctl', 'pc', 'listeners', 'web-1.shop', '--port=15006', '-o=json'],
    ],
    [
      'istioctl analyze --all-namespaces --suppress "IST0102=Namespace default"',
      ['istioctl', 'analyze', '--all-namespaces', '--suppress=IST0102=Namespace default'],
    ],
    ['istioctl x describe pod web-1 -n shop', ['istioctl', 'x', 'describe', 'pod', 'web-1', '-n=shop']],
  ])('is run word for word: %s', (line, argv) => {
    expect(planCommand(line)).toEqual({ argv, permission: 'run' });
  });

  it('is bound to the cluster that was agreed to', () => {
    const target = { context: 'prod', kubeconfig: '/home/me/kube config' };
    const argv = ['kubectl', '--kubeconfig=/home/me/kube config', '--context=prod', 'get', 'pods'];
    expect(planCommand('kubectl get pods', target)).toEqual({ argv, permission: 'run' });
    expect(planCommand('kubectl get pods --context prod', target)).toEqual({ argv, permission: 'run' });
    expect(planCommand('kubectl get pods --context=other', target)).toMatchObject({ refused: 'option' });
    expect(planCommand('istioctl --context other version', target)).toMatchObject({ refused: 'option' });
    expect(planCommand('kubectl get pods --context prod')).toMatchObject({ refused: 'option' });
  });
});

describe('a question to a proxy', () => {
  it.each([
    'kubectl exec web-1 -n shop -c istio-proxy -- pilot-agent request GET config_dump',
    'kubectl exec web-1 -n shop -c istio-proxy -- pilot-agent request GET stats?filter=downstream_cx_active',
    `kubectl exec web-1 -n shop -c istio-proxy -- pilot-agent request GET '/stats/prometheus'`,
    'kubectl exec deploy/web -- curl -s localhost:15000/clusters',
    'kubectl -n shop exec web-1 -c istio-proxy -- curl -sS http://127.0.0.1:15000/server_info',
  ])('needs the second permission: %s', (line) => {
    expect(planCommand(line)).toMatchObject({ permission: 'exec' });
  });

  it.each([
    ['pilot-agent request POST quitquitquit', 'admin-path'],
    ['pilot-agent request GET quitquitquit', 'admin-path'],
    ['pilot-agent request GET stats/../quitquitquit', 'admin-path'],
    ['pilot-agent request GET //quitquitquit', 'admin-path'],
    ['pilot-agent request GET logging?level=debug', 'admin-path'],
    ['pilot-agent request GET healthcheck/fail', 'admin-path'],
    ['pilot-agent request GET runtime_modify?a=b', 'admin-path'],
    ['pilot-agent request GET reset_counters', 'admin-path'],
    ['pilot-agent request GET stats extra', 'admin-path'],
    ['pilot-agent request GET', 'admin-path'],
    ['pilot-agent wait', 'admin-path'],
    ['curl -X POST localhost:15000/stats', 'admin-path'],
    ['curl -s -d x localhost:15000/stats', 'admin-path'],
    ['curl -s -o /tmp/x localhost:15000/stats', 'admin-path'],
    ['curl -s localhost:15000/quitquitquit', 'admin-path'],
    [`curl -s 'localhost:15000/{stats,quitquitquit}'`, 'admin-path'],
    ['curl -s localhost:15000/stats localhost:15000/quitquitquit', 'admin-path'],
    ['curl -s localhost:15020/stats', 'admin-path'],
    ['curl -s localhost:15000@evil.example/stats', 'admin-path'],
    ['curl -s http://web.shop/', 'admin-path'],
    ['sh', 'admin-path'],
    [`sh -c 'pilot-agent request GET stats'`, 'admin-path'],
    ['cat /etc/shadow', 'admin-path'],
    ['', 'admin-path'],
  ])('is nothing else: %s', (inside, reason) => {
    expect(refusal(`kubectl exec web-1 -n shop -c istio-proxy -- ${inside}`)).toBe(reason);
  });

  it.each([
    ['kubectl exec -it web-1 -- pilot-agent request GET stats', 'option'],
    ['kubectl exec -i web-1 -- pilot-agent request GET stats', 'option'],
    ['kubectl exec -f pod.yaml -- pilot-agent request GET stats', 'option'],
    ['kubectl exec web-1 other -- pilot-agent request GET stats', 'argument'],
    ['kubectl exec -- pilot-agent request GET stats', 'argument'],
    ['kubectl exec web-1 pilot-agent request GET stats', 'admin-path'],
    ['kubectl exec web-1 --context other -- pilot-agent request GET stats', 'option'],
  ])('is asked in no other way: %s', (line, reason) => {
    expect(refusal(line)).toBe(reason);
  });
});

describe('a line that would do something else', () => {
  it.each([
    ['kubectl get pods; rm -rf /', 'shell'],
    ['kubectl get pods ;rm x', 'shell'],
    ['kubectl get pods && kubectl delete pod x', 'shell'],
    ['kubectl get pods || true', 'shell'],
    ['kubectl get pods & sleep 1', 'shell'],
    ['kubectl get pods | sh', 'shell'],
    ['kubectl get pods > file', 'shell'],
    ['kubectl get pods 2>&1', 'shell'],
    ['kubectl apply -f - < file', 'shell'],
    ['istioctl proxy-config all web-1.shop -o json > dump.json', 'shell'],
    ['kubectl get pods -n $(id)', 'shell'],
    ['kubectl get pods -n "$(id)"', 'shell'],
    ['kubectl get pods -n `id`', 'shell'],
    ['kubectl get pods -n "`id`"', 'shell'],
    ['kubectl get pods -n $HOME', 'shell'],
    ['kubectl get pods -n "$HOME"', 'shell'],
    ['kubectl get {pods,secrets}', 'shell'],
    ['kubectl get pods ~', 'shell'],
    ['kubectl get pods # all', 'shell'],
    ['kubectl get pods *', 'shell'],
    ['kubectl get po\\ds', 'shell'],
    ['kubectl get pods "open', 'shell'],
    [`kubectl get pods 'open`, 'shell'],
    ['kubectl get pods\nrm -rf /', 'characters'],
    ['kubectl get pods\rrm -rf /', 'characters'],
    ['kubectl get pods\0 -A', 'characters'],
    [`kubectl get pods -n 'a\0b'`, 'characters'],
    ['kubectl get pods \u2013n shop', 'characters'],
    ['kubectl get pods \u2014all-namespaces', 'characters'],
    ['kubectl get pods\u00a0-A', 'characters'],
    ['kubectl get p\u043eds', 'characters'],
    ['kubectl get pods \u202e', 'characters'],
    ['kubectl get pods \u001b[2J', 'characters'],
    ['kubectl get pod <pod> -n shop', 'unfilled'],
    [`kubectl get pod '<pod>'`, 'unfilled'],
    ['', 'program'],
    ['rm -rf /', 'program'],
    ['/tmp/kubectl get pods', 'program'],
    ['./kubectl get pods', 'program'],
    ['KUBECONFIG=/tmp/x kubectl get pods', 'program'],
    ['sudo kubectl get pods', 'program'],
    ['constructor get pods', 'program'],
    ['az aks show -g a -n b', 'program'],
    ['helm list -A', 'program'],
    ['curl -s http://web/', 'program'],
    ['kubectl', 'verb'],
    ['kubectl delete pod web-1', 'verb'],
    ['kubectl -n shop delete pod web-1', 'verb'],
    ['kubectl apply --dry-run=server -f x.yaml', 'verb'],
    ['kubectl edit pod web-1', 'verb'],
    ['kubectl patch pod web-1 -p x', 'verb'],
    ['kubectl label namespace shop a=b', 'verb'],
    ['kubectl rollout restart deployment web', 'verb'],
    ['kubectl rollout undo deployment web', 'verb'],
    ['kubectl rollout status deployment web', 'verb'],
    ['kubectl port-forward web-1 8080', 'verb'],
    ['kubectl proxy', 'verb'],
    ['kubectl debug node/a -it --image=busybox', 'verb'],
    ['kubectl run x --image=y', 'verb'],
    ['kubectl cp web-1:/etc/passwd .', 'verb'],
    ['kubectl attach web-1', 'verb'],
    ['kubectl top', 'verb'],
    ['kubectl auth reconcile -f x', 'verb'],
    ['kubectl config view --raw', 'verb'],
    ['kubectl config use-context other', 'verb'],
    ['kubectl neat get pods', 'verb'],
    ['kubectl constructor', 'verb'],
    ['kubectl __proto__', 'verb'],
    ['kubectl cluster-info dump', 'argument'],
    ['istioctl install -y', 'verb'],
    ['istioctl uninstall --purge -y', 'verb'],
    ['istioctl bug-report --include shop', 'verb'],
    ['istioctl proxy-config log web-1.shop --level debug', 'verb'],
    ['istioctl pc log web-1.shop', 'verb'],
    ['istioctl ztunnel-config log ztunnel-1 --level debug', 'verb'],
    ['istioctl admin log --level ads:debug', 'verb'],
    ['istioctl tag set prod --revision 1-27', 'verb'],
    ['istioctl tag remove prod -y', 'verb'],
    ['istioctl waypoint apply -n shop', 'verb'],
    ['istioctl waypoint delete --all', 'verb'],
    ['istioctl kube-inject -f x', 'verb'],
    ['istioctl create-remote-secret', 'verb'],
    ['istioctl dashboard envoy web-1', 'verb'],
    ['istioctl x internal-debug syncz', 'verb'],
    ['kubectl logs web-1 -f', 'option'],
    ['kubectl logs web-1 --follow', 'option'],
    ['kubectl logs web-1 --follow=true', 'option'],
    ['kubectl logs -fc istio-proxy web-1', 'option'],
    ['kubectl get pods -w', 'option'],
    ['kubectl get pods --watch', 'option'],
    ['kubectl get pods -Aw', 'option'],
    ['kubectl get pods --watch-only', 'option'],
    ['kubectl get -f x.yaml', 'option'],
    ['kubectl get -k folder', 'option'],
    ['kubectl get pods --as=admin', 'option'],
    ['kubectl get pods --as-group system:masters', 'option'],
    ['kubectl get pods --token=x', 'option'],
    ['kubectl get pods --kubeconfig=/tmp/evil', 'option'],
    ['kubectl --kubeconfig /tmp/evil get pods', 'option'],
    ['kubectl get pods --server=https://evil.example', 'option'],
    ['kubectl get pods -s https://evil.example', 'option'],
    ['kubectl get pods --cluster=other', 'option'],
    ['kubectl get pods --user=other', 'option'],
    ['kubectl get pods --insecure-skip-tls-verify', 'option'],
    ['kubectl get pods --cache-dir=/tmp/x', 'option'],
    ['kubectl get pods --profile=cpu', 'option'],
    ['kubectl get pods --profile-output=/tmp/x', 'option'],
    ['kubectl get pods -v=9', 'option'],
    ['kubectl get pods --output-watch-events', 'option'],
    ['kubectl get pods -o go-template-file=/etc/passwd', 'option'],
    ['kubectl get pods -o jsonpath-file=/etc/passwd', 'option'],
    ['kubectl get pods -o custom-columns-file=/etc/passwd', 'option'],
    ['kubectl get pods -o=templatefile --template=/etc/passwd', 'option'],
    ['kubectl get pods -n --kubeconfig=/tmp/evil', 'option'],
    ['kubectl get pods --all-namespaces=/tmp', 'option'],
    ['kubectl get pods --', 'option'],
    ['kubectl get pods -n', 'option'],
    ['kubectl logs web-1 --tail -1', 'option'],
    ['kubectl logs web-1 --tail=1x', 'option'],
    ['kubectl get --raw /api/v1/namespaces/shop/secrets', 'option'],
    ['kubectl get --raw /api/v1/namespaces/shop/pods/web-1:15000/proxy/quitquitquit', 'option'],
    [`kubectl get --raw '/apis/../api/v1/secrets'`, 'option'],
    ['kubectl get --raw https://evil.example/', 'option'],
    ['kubectl get --raw /logs/', 'option'],
    ['kubectl get --raw /version pods', 'argument'],
    ['istioctl analyze -c /tmp/evil', 'option'],
    ['istioctl analyze --remote-contexts other', 'option'],
    ['istioctl proxy-config all -f /etc/passwd', 'option'],
    ['istioctl proxy-config all web-1.shop --proxy-admin-port 1', 'option'],
    ['istioctl analyze /etc/passwd', 'argument'],
    ['istioctl analyze -', 'option'],
    ['istioctl version --as admin', 'option'],
    ['kubectl get', 'argument'],
    ['kubectl get -n shop', 'argument'],
    ['kubectl get pods ../x', 'argument'],
    ['kubectl get pods /etc/passwd', 'argument'],
    ['kubectl get secret db -n shop -o yaml', 'secrets'],
    ['kubectl get secrets -A -o json', 'secrets'],
    ['kubectl get secrets.v1. -A -o json', 'secrets'],
    ['kubectl get pods,secrets -o yaml', 'secrets'],
    ['kubectl get pod/web-1 secret/db -o yaml', 'secrets'],
    [`kubectl get Secret db -o jsonpath='{.data}'`, 'secrets'],
    [`kubectl get secret db -o custom-columns='D:.data'`, 'secrets'],
    ['kubectl describe secret db -n shop', 'secrets'],
    ['kubectl describe secrets -A', 'secrets'],
  ])('is refused: %j', (line, reason) => {
    expect(refusal(line)).toBe(reason);
  });

  it('is refused at any length', () => {
    expect(refusal(`kubectl get pods ${'x '.repeat(100_000)}`)).toBe('argument');
    expect(refusal(`kubectl get pods -n ${'<'.repeat(4000)}`)).toBe('shell');
  });
});
