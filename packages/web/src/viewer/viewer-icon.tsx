/** Icons of the viewer's tools, drawn on one grid. */
import type { ReactNode } from 'react';

const shapes = {
  'zoom-in': <path d="M12 6v12M6 12h12" />,
  'zoom-out': <path d="M6 12h12" />,
  fit: <path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5" />,
  pixels: <path d="M6 8l2-1.5V17M12 10v.1M12 15v.1M16 8l2-1.5V17" />,
  measure: <path d="M4 15.5L15.5 4 20 8.5 8.5 20zM8 11.5l2 2M11 8.5l2 2M14 5.5l2 2" />,
  camera: <path d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 10.2a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4z" />,
  layers: <path d="M12 4l8.5 4.5L12 13 3.5 8.5zM4 12.5l8 4.3 8-4.3M4 16.2l8 4.3 8-4.3" />,
  panel: <path d="M4 5h16v14H4zM14.5 5v14" />,
  help: (
    <path d="M9.2 9.2a2.9 2.9 0 1 1 4.3 2.5c-1 .6-1.5 1.1-1.5 2.3M12 17.4v.1M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z" />
  ),
  previous: <path d="M14.5 6L8.5 12l6 6" />,
  next: <path d="M9.5 6l6 6-6 6" />,
  table: <path d="M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14" />,
  download: <path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14" />,
} satisfies Record<string, ReactNode>;

export type ViewerIconName = keyof typeof shapes;

export function ViewerIcon({ name, size = 18 }: { readonly name: ViewerIconName; readonly size?: number }) {
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
