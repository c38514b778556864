/** What somebody sees whom the server does not know: how to get an address that signs in. */
import { Command, Empty, Page } from '../parts/page.tsx';
import classes from './shell.module.css';

export function NotSignedIn() {
  const used = new URLSearchParams(window.location.search).get('address') === 'used';
  return (
    <main className={classes['alone']}>
      <Page title="Sign in to Gantry">
        <Empty>
          {used && (
            <p role="alert">
              <strong>That address has been used before, or is older than an hour.</strong>
            </p>
          )}
          <p>
            This browser is not signed in. On the machine where Gantry runs, this command prints an address to
            open here; it works once, within an hour:
          </p>
          <Command text="npx gantry up" />
          <p className="quiet">
            Where Gantry is at work already, the command leaves it alone and just prints a new address.
          </p>
        </Empty>
      </Page>
    </main>
  );
}
