/** The few icons of the shell, drawn on one grid. */
import type { ReactNode } from 'react';

const shapes = {
  home: <path d="M4 11l8-7 8 7M6 9.5V20h12V9.5M10 20v-5h4v5" />,
  runs: <path d="M4 6h10M4 12h16M4 18h7M18 4v4M14 16v4" />,
  datasets: (
    <path d="M12 4.2c4 0 7 1.2 7 2.7s-3 2.7-7 2.7-7-1.2-7-2.7 3-2.7 7-2.7zM5 6.9v10.2c0 1.5 3 2.7 7 2.7s7-1.2 7-2.7V6.9M5 12c0 1.5 3 2.7 7 2.7s7-1.2 7-2.7" />
  ),
  failures: <path d="M12 4.5l8.5 15h-17zM12 10v4.2M12 16.8v.1" />,
  agents: <path d="M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.1M7.5 16h.1M11 8h5M11 16h5" />,
  bell: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4" />,
  collapse: <path d="M4 5h16v14H4zM9.5 5v14M16 10l-2 2 2 2" />,
  search: <path d="M10.5 5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM15 15l5 5" />,
  sun: (
    <path d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4" />
  ),
  moon: <path d="M19 14.5A7.5 7.5 0 0 1 9.5 5 7.5 7.5 0 1 0 19 14.5z" />,
  person: <path d="M12 4.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5" />,
  close: <path d="M6 6l12 12M18 6L6 18" />,
  up: <path d="M12 19V6M6 11.5L12 5.5l6 6" />,
  down: <path d="M6 9.5l6 6 6-6" />,
  into: <path d="M9.5 6l6 6-6 6" />,
  folder: <path d="M4 6.5h5.5l2 2.5H20v10H4z" />,
  image: <path d="M4 5h16v14H4zM4 16l5-5 4 4 2.5-2.5L20 17M15 9.2v.1" />,
  pause: <path d="M9 6v12M15 6v12" />,
  play: <path d="M8 5.5v13l10-6.5z" />,
  plus: <path d="M12 5v14M5 12h14" />,
  page: <path d="M6 4h8l4 4v12H6zM14 4v4h4" />,
} satisfies Record<string, ReactNode>;

export function Icon({ name, size = 18 }: { readonly name: keyof typeof shapes; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      {shapes[name]}
    </svg>
  );
}
