// Small help while filling in: counters, names of picked files, one submission per press.
document.addEventListener('input', ({ target }) => {
  if (!target.id) return;
  const counter = document.querySelector(`[data-count-for="${CSS.escape(target.id)}"]`);
  if (counter) counter.textContent = `${target.value.length} / ${target.maxLength}`;
});

document.addEventListener('change', ({ target }) => {
  if (target.type !== 'file') return;
  const names = document.querySelector(`output[for="${CSS.escape(target.id)}"]`);
  if (names) names.textContent = [...target.files].map((file) => file.name).join('、');
});

// The server makes a second press harmless (idempotency key); this only spares the person the doubt.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== 'post' || form.hasAttribute('hx-post')) return;
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent));

// Filters apply as soon as they are chosen; without a script there is a button.
document.addEventListener('change', ({ target }) => {
  if (target.closest('[data-autosubmit]')) target.form.requestSubmit();
});

document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-print]')) window.print();
});

// A confirmation in the page's own words, before something that cannot be undone.
document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  if (event.target.closest('[data-closes]')) event.target.closest('dialog').close();
});

// A menu made of <details> closes when one looks elsewhere.
document.addEventListener('click', ({ target }) => {
  document.querySelectorAll('details.account[open]').forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const menu = document.querySelector('details.account[open]');
  if (menu) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});
