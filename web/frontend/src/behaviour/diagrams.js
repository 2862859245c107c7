// On a phone the diagram stays folded; opened, and on narrow screens, the current step is in view.
const phone = matchMedia('(max-width: 991px)');

function centre() {
  document.querySelectorAll('.diagram').forEach((frame) => {
    const mine = frame.dataset.now && frame.querySelector(`[data-element-id="${CSS.escape(frame.dataset.now)}"]`);
    const now = mine || frame.querySelector('.is-error, .is-overdue, .is-active');
    if (!now) return;
    const shape = now.getBoundingClientRect();
    const box = frame.getBoundingClientRect();
    frame.scrollLeft += shape.left + shape.width / 2 - box.left - box.width / 2;
    frame.scrollTop += shape.top + shape.height / 2 - box.top - box.height / 2;
  });
}

function fold() {
  if (phone.matches) document.querySelectorAll('details[data-fold-on-phone]').forEach((part) => (part.open = false));
  centre();
}

// Readable with scrolling, or the whole at a glance.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-whole]');
  if (!button) return;
  event.preventDefault();
  const frame = document.getElementById(button.getAttribute('aria-controls'));
  const whole = frame.classList.toggle('whole');
  button.setAttribute('aria-pressed', String(whole));
  centre();
});

fold();
document.addEventListener('htmx:afterSettle', fold);
document.addEventListener('toggle', centre, true);
