/** Every screen at every width: no line wider than the terminal, the words of the language, nothing cut that matters. */
import stringWidth from 'string-width';
import { afterEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/pack/vocabulary.ts';
import { shippedWords } from '../project.ts';
import { openScreen, type Screen, type ScreenOptions, squeezed } from './screen.tsx';

const TLS_503 =
  '[2024-05-02T09:11:12.123Z] "GET /cart HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure,TLS_error:|33554536:system_library:OPENSSL_internal:Connection_reset_by_peer} - "-" 0 195 3 - "-" "curl/8.1" "5c1e…" "cart.shop:8080" "10.8.1.7:8080" outbound|8080||cart.shop.svc.cluster.local 10.8.0.3:51122 10.12.3.4:8080 10.8.0.3:40210 - default';
const ENTER = '\r';
const ctrl = (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 96);

let open: Screen | undefined;
afterEach(() => {
  open?.close();
  open = undefined;
});
const start = (options: ScreenOptions): Screen => {
  open = openScreen(options);
  return open;
};

function widest(frame: string): number {
  return Math.max(...frame.split('\n').map((line) => stringWidth(line)));
}

describe.each(LANGUAGES)('in %s', (language) => {
  const { t } = shippedWords().words(language);

  it.each([40, 60, 80, 120, 200])('at %i columns the whole walk fits the screen', async (columns) => {
    const screen = start({ columns, language });
    await screen.says(t('welcome.paste'));
    expect(widest(screen.frame())).toBeLessThanOrEqual(columns);

    screen.paste(TLS_503);
    screen.press(ENTER);
    await screen.says(t('matches.list'));
    expect(widest(screen.frame())).toBeLessThanOrEqual(columns);

    screen.press(ENTER);
    await screen.shows('ISTIO_MUTUAL');
    expect(widest(screen.frame())).toBeLessThanOrEqual(columns);
    const fix = squeezed(screen.frame());
    // The facts of the paste stand in the commands and in the YAML.
    for (const part of [
      'kubectl get destinationrules -A',
      'host: cart.shop.svc.cluster.local',
      'namespace: shop',
      'http://cart.shop:8080/',
    ])
      expect(fix).toContain(squeezed(part));

    screen.press(`1${ENTER}`);
    await screen.says(t('end.fixed.title'));
    expect(widest(screen.frame())).toBeLessThanOrEqual(columns);
    // What stands above its answer is not printed again with it.
    expect(screen.frame().split('kind: DestinationRule')).toHaveLength(2);
    // The line of keys ends with the last one, however narrow the screen.
    expect(screen.frame()).toMatch(/Ctrl\+C \S+$/);
  });

  it('lists and filters the symptoms, shows the keys, the facts and the languages, at 40 columns', async () => {
    const screen = start({ columns: 40, rows: 24, language });
    await screen.says(t('welcome.paste'));
    screen.press('?');
    await screen.shows('Ctrl+Y');
    screen.press(ctrl('o'));
    await screen.shows(t('overlay.symptoms'));
    screen.press('jwt');
    await screen.shows('jwt-401');
    screen.press('\u001b');
    screen.press(ctrl('l'));
    await screen.shows('한국어');
    screen.press('\u001b');
    screen.press(ctrl('f'));
    await screen.shows(t('overlay.facts'));
    expect(widest(screen.frame())).toBeLessThanOrEqual(40);
  });
});

describe('a conversation', () => {
  it('goes on to the next problem without the facts of the last, and says so', async () => {
    const screen = start({ columns: 80 });
    await screen.shows('Paste');
    screen.paste(TLS_503);
    screen.press(ENTER);
    await screen.shows('Choose from all symptoms');
    screen.press(ENTER);
    await screen.shows('ISTIO_MUTUAL');
    screen.press(`1${ENTER}`);
    await screen.shows('Start another case');
    screen.press(`1${ENTER}`);
    await screen.shows('paste or type, then Enter');
    screen.press(ctrl('f'));
    await screen.shows('No facts are known yet');
    expect(screen.session.view().state.id).toBe('test-2');
  });

  it('shows a resumed case with the questions of its answers', async () => {
    const first = start({ columns: 80 });
    first.session.enter('webhook-error');
    await first.shows('Find out with:');
    first.press(`2${ENTER}`);
    await first.shows('✓ no endpoints');
    const events = first.session.events();
    first.close();
    const screen = start({ columns: 80, events });
    await screen.shows('✓ no endpoints');
    expect(squeezed(screen.frame())).toContain(squeezed('? Which message follows'));
  });

  it('says honestly that no flow knows a text and offers the nearest', async () => {
    const screen = start({ columns: 80 });
    await screen.shows('Paste');
    screen.paste('The quick brown fox jumps over the lazy dog');
    screen.press(ENTER);
    await screen.shows('No flow knows this text');
  });

  it('takes an answer in the person’s own words', async () => {
    const screen = start({ columns: 80 });
    screen.session.enter('webhook-error');
    await screen.shows('Find out with:');
    screen.press(`it says no endpoints available for service istiod${ENTER}`);
    await screen.shows('✓ no endpoints available');
  });

  it('says how to find out where the person says that they do not know, and goes on at the second time', async () => {
    const screen = start({ columns: 80 });
    screen.session.enter('webhook-error');
    await screen.shows('Find out with:');
    screen.press(`dunno${ENTER}`);
    await screen.shows('How to find out:');
    expect(screen.session.view().state.answered).toEqual([]);
    screen.press(`not sure${ENTER}`);
    await screen.shows('✓ I don');
  });

  it('offers to follow evidence of another symptom without losing this one', async () => {
    const screen = start({ columns: 80 });
    screen.session.enter('webhook-error');
    await screen.shows('Find out with:');
    screen.paste(TLS_503);
    screen.press(ENTER);
    await screen.shows('Requests return 503');
    expect(screen.session.view().scene).toBe('offer');
    expect(screen.session.view().flow).toBe('webhook-error');
  });

  it('copies the next command, goes back, and leaves on Ctrl-C', async () => {
    const screen = start({ columns: 80 });
    screen.session.enter('webhook-error');
    await screen.shows('Find out with:');
    screen.press(ctrl('y'));
    await screen.shows('opied');
    expect(screen.copied[0]).toMatch(/^kubectl /);
    screen.press(`2${ENTER}`);
    await screen.shows('✓ no endpoints');
    screen.press(ctrl('b'));
    await screen.shows('Went back one answer');
    screen.press(ctrl('c'));
    expect(screen.left()).toBe('interrupted');
  });

  it('follows the window when it shrinks', async () => {
    const screen = start({ columns: 160 });
    screen.session.enter('http-503');
    await screen.shows('Find out with:');
    screen.resize(40);
    await screen.shows(/^[^\n]{1,40}$/m);
    screen.press(ctrl('o'));
    await screen.shows('All symptoms');
    const live = screen.frame().slice(screen.frame().lastIndexOf('All symptoms'));
    expect(widest(live)).toBeLessThanOrEqual(40);
  });
});
