// Runs before the first paint so that a dark room stays dark: no choice made means as the device says.
const root = document.documentElement;
if (!root.dataset.bsTheme) {
  root.dataset.bsTheme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
root.classList.add('js');
