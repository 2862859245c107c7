// What was typed is kept on the server shortly after each change, and once more when the page is left.
let timer = 0;
let dirty = null;

const stateOf = (form) => form.querySelector('[data-draft-state]');

async function save(form) {
  dirty = null;
  const state = stateOf(form);
  try {
    const body = new FormData(form);
    for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
    const answer = await fetch(form.dataset.draftUrl, {
      method: 'POST',
      body,
      headers: { Accept: 'application/json' },
      credentials: 'same-origin',
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const { message } = await answer.json();
    if (state) state.textContent = message;
  } catch {
    if (state) state.textContent = '草稿没有保存成功，稍后自动再试';
    dirty = form;
    timer = setTimeout(() => save(form), 8000);
  }
}

function later(event) {
  const form = event.target.closest?.('form[data-draft-url]');
  if (!form || event.isComposing) return;
  dirty = form;
  clearTimeout(timer);
  timer = setTimeout(() => save(form), event.type === 'change' ? 300 : 1200);
}

document.addEventListener('input', later);
document.addEventListener('change', later);
document.addEventListener('submit', ({ target }) => {
  if (target.dataset.draftUrl) {
    clearTimeout(timer);
    dirty = null;
  }
});

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden' || !dirty) return;
  const body = new FormData(dirty);
  for (const [name, value] of [...body.entries()]) if (value instanceof File) body.delete(name);
  navigator.sendBeacon(dirty.dataset.draftUrl, body);
  clearTimeout(timer);
  dirty = null;
});
