/* Before the first paint: the scheme that was chosen here, else that of the system. */
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem('gantry-color-scheme');
  } catch {
    // Storage may be switched off; then the system's is used.
  }
  const dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
  const scheme = chosen === 'light' || chosen === 'dark' ? chosen : dark ? 'dark' : 'light';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
