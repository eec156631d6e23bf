/** Waits for what a session shows. */
import type { Session } from '../../src/ui/session.ts';
import type { SessionView } from '../../src/ui/session-view.ts';

/** Resolves with the view that fits; the deadline is the test's. */
export function shows(session: Session, fits: (view: SessionView) => boolean): Promise<SessionView> {
  return new Promise((resolve) => {
    const check = () => {
      const view = session.view();
      if (!fits(view)) return;
      off();
      resolve(view);
    };
    const off = session.subscribe(check);
    check();
  });
}
