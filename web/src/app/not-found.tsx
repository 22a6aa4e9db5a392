import { Link } from '@tanstack/react-router';
import { buttonClass } from '../ui/button.tsx';
import { Empty } from '../ui/states.tsx';
import { usePageTitle } from './page-title.ts';

export function NotFound() {
  usePageTitle('Nothing is here');
  return (
    <Empty
      title="Nothing is here"
      action={
        <Link to="/" className={buttonClass('primary')}>
          Go to the start
        </Link>
      }
    >
      The address may be mistyped, or what it showed was deleted.
    </Empty>
  );
}
