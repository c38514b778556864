/** What the items of a dataset are, as a small picture. */
import type { DatasetType } from '@gantry/model';
import type { ReactNode } from 'react';

const shapes: Readonly<Record<DatasetType, ReactNode>> = {
  image: (
    <>
      <rect x="4" y="5" width="16" height="14" rx="1.5" />
      <circle cx="9" cy="10" r="1.6" />
      <path d="M5 17l4.5-4.2 3 2.6 3.2-3.6L20 16" />
    </>
  ),
  pyramid: <path d="M12 4l4 5H8zM7 10.5h10l2 2.5H5zM4 15h16l2 4H2z" />,
  table: (
    <>
      <rect x="4" y="5" width="16" height="14" rx="1.5" />
      <path d="M4 10h16M4 14.5h16M10 5v14" />
    </>
  ),
  vector: <path d="M5 19V9M5 19h10M5 19l12-12M17 7h-5M17 7v5" />,
  model: <path d="M12 4l7 4v8l-7 4-7-4V8zM12 12l7-4M12 12v8M12 12L5 8" />,
  notebook: <path d="M7 4h11v16H7zM7 4a2 2 0 0 0-2 2v14h2M10 8.5h5M10 12h5" />,
  annotation: <path d="M5 18l1-4L15.5 4.5l3 3L9 17zM13.5 6.5l3 3M4 20.5h16" />,
  file: <path d="M6 4h8l4 4v12H6zM14 4v4h4" />,
};

/** How a type is called. */
export const typeWords: Readonly<Record<DatasetType, string>> = {
  image: 'images',
  pyramid: 'pyramids',
  table: 'tables',
  vector: 'vectors',
  model: 'models',
  notebook: 'notebooks',
  annotation: 'annotations',
  file: 'files',
};

/** `images`, or `image` where there are no axes, and so one item alone. */
export function wordOf({
  type,
  axes,
}: {
  readonly type: DatasetType;
  readonly axes: readonly string[];
}): string {
  return axes.length === 0 ? type : typeWords[type];
}

export function TypeIcon({ type, size = 18 }: { readonly type: DatasetType; readonly size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      {shapes[type]}
    </svg>
  );
}
