// "/" searches, j and k walk the list, Enter opens (it is a link), "?" explains.
const typing = (target) => target.matches('input, textarea, select, [contenteditable]');

function walk(step) {
  const lines = [...document.querySelectorAll('.task-item, [data-walk]')];
  if (!lines.length) return;
  const focused = lines.indexOf(document.activeElement);
  const at = focused >= 0 ? focused : lines.findIndex((line) => line.hasAttribute('aria-current')) - (step > 0 ? 1 : 0);
  const next = focused >= 0 ? focused + step : at + step;
  lines[Math.min(lines.length - 1, Math.max(0, next))].focus();
}

document.addEventListener('keydown', (event) => {
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === '/') {
    event.preventDefault();
    document.querySelector('#q')?.focus();
  } else if (event.key === 'j') walk(1);
  else if (event.key === 'k') walk(-1);
  else if (event.key === '?') document.querySelector('#keys')?.showModal();
});
