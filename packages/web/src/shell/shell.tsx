/** What is around every page: navigation on the left, the bar on top, and the word that the connection is lost. */
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet } from '@tanstack/react-router';
import { failureSummaryQuery } from '../api/failure-queries.ts';
import { useSignedOut } from '../api/signed-out.ts';
import { ToastCorner } from '../notifications/toast-corner.tsx';
import { formatThings } from '../parts/numbers.ts';
import { CountDot } from './count-dot.tsx';
import { Icon } from './icons.tsx';
import { LostConnection } from './connection.tsx';
import { NotSignedIn } from './not-signed-in.tsx';
import classes from './shell.module.css';
import { TopBar } from './top-bar.tsx';

const pages = [
  { to: '/', name: 'Home', icon: 'home' },
  { to: '/runs', name: 'Runs', icon: 'runs' },
  { to: '/datasets', name: 'Datasets', icon: 'datasets' },
  { to: '/failures', name: 'Failures', icon: 'failures' },
  { to: '/agents', name: 'Agents', icon: 'agents' },
] as const;

export function Shell() {
  const signedOut = useSignedOut();
  const [wide, setWide] = useLocalStorage({ key: 'gantry-wide-navigation', defaultValue: false });
  const { data: failures } = useQuery(failureSummaryQuery);
  if (signedOut) return <NotSignedIn />;
  const failed = failures?.failed ?? 0;
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#main">
        To the page
      </a>
      <nav className={classes['nav']} data-wide={wide || undefined} aria-label="Main">
        <Link
          to="/"
          className={classes['brand']}
          aria-label="Gantry"
          activeProps={{ 'aria-current': undefined }}
        >
          <img src="/icon.svg" alt="" />
          {wide && 'Gantry'}
        </Link>
        {pages.map(({ to, name, icon }) => (
          <Link
            key={to}
            to={to}
            className={classes['link']}
            activeOptions={{ exact: to === '/' }}
            aria-label={to === '/failures' && failed > 0 ? `${name}, ${formatThings(failed, 'task')}` : name}
            title={wide ? undefined : name}
          >
            <Icon name={icon} />
            {to === '/failures' && <CountDot count={failed} bad />}
            {wide && name}
          </Link>
        ))}
        <button
          type="button"
          className={`${classes['link']} ${classes['push']}`}
          aria-expanded={wide}
          aria-label={wide ? 'Narrow navigation' : 'Wide navigation'}
          onClick={() => setWide(!wide)}
        >
          <Icon name="collapse" />
          {wide && 'Narrow'}
        </button>
      </nav>
      <TopBar />
      <main id="main" className={classes['main']} tabIndex={-1}>
        <LostConnection />
        <Outlet />
      </main>
      <ToastCorner />
    </div>
  );
}
