/** Mantine in our colours and sizes. Colours of states are in `base.css` and `parts/state-looks.tsx`. */
import { Button, createTheme, type MantineColorsTuple } from '@mantine/core';

/** Around the running blue of the Okabe–Ito palette, `#0072B2`. */
const blue: MantineColorsTuple = [
  '#e6f4fb',
  '#cde5f3',
  '#9ccae6',
  '#67add9',
  '#3e95ce',
  '#2186c7',
  '#0072b2',
  '#006299',
  '#005484',
  '#003f66',
];

/** Greys with a breath of blue, so that dark panels do not look brown beside the palette. */
const dark: MantineColorsTuple = [
  '#d4d9df',
  '#b3bac3',
  '#9aa3ae',
  '#6b747f',
  '#3a424c',
  '#2c333b',
  '#20262d',
  '#191e24',
  '#13171c',
  '#0d1014',
];

export const theme = createTheme({
  colors: { blue, dark },
  primaryColor: 'blue',
  primaryShade: { light: 6, dark: 6 },
  defaultRadius: 'sm',
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  headings: { fontWeight: '600' },
  components: { Button: Button.extend({ styles: { label: { fontWeight: 500 } } }) },
  cursorType: 'pointer',
  respectReducedMotion: true,
});
