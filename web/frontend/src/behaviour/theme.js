// Light or dark, kept on this device for a year; the server reads the cookie, so nothing flashes.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-theme-toggle]');
  if (!button) return;
  const root = document.documentElement;
  const theme = root.dataset.bsTheme === 'dark' ? 'light' : 'dark';
  root.dataset.bsTheme = theme;
  button.setAttribute('aria-pressed', String(theme === 'dark'));
  document.cookie = `theme=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
});
