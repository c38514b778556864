/** An address that leads nowhere. */
import { Link } from '@tanstack/react-router';
import { Empty, Page } from '../parts/page.tsx';

export function MissingPage() {
  return (
    <Page title="There is no such page">
      <Empty>
        <p>
          The address may be of another Gantry, or cut short. Go to <Link to="/">what is running now</Link>,
          or to <Link to="/runs">all runs</Link>.
        </p>
      </Empty>
    </Page>
  );
}
