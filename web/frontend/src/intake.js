// Help on the workers' pages. Everything works without it; nothing is sent from here.
import './styles/intake.css';
import './styles/received.css';
import './styles/tracking.css';
import './behaviour/photos.js';
import './behaviour/voice.js';

// A community is chosen inside its street.
const street = document.getElementById('street');
const community = document.getElementById('community');
const groups = community ? [...community.querySelectorAll('optgroup')] : [];
function narrow() {
  const name = street.options[street.selectedIndex]?.text;
  const own = groups.filter((group) => group.label === name);
  groups.forEach((group) => group.remove());
  (street.value ? own : groups).forEach((group) => community.append(group));
  if (!community.value) community.selectedIndex = 0;
  community.closest('.field').hidden = Boolean(street.value) && own.length === 0;
}
if (street && groups.length) {
  street.addEventListener('change', narrow);
  narrow();
}

// Buttons that need a script appear only where there is one.
document.querySelectorAll('[data-copy], [data-print]').forEach((button) => {
  button.hidden = false;
});

async function copy(button) {
  const said = button.querySelector('[data-said]');
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    said.textContent = '已复制';
  } catch {
    // Older WebViews refuse the clipboard: mark the code, so that a long press copies it.
    const range = document.createRange();
    range.selectNodeContents(document.getElementById('code'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    said.textContent = '请长按复制';
  }
}
document.addEventListener('click', ({ target }) => {
  const button = target.closest?.('[data-copy]');
  if (button) copy(button);
});

// The query code is read in fours.
const typed = document.querySelector('.code-in');
typed?.addEventListener('input', (event) => {
  if (event.isComposing || event.inputType?.startsWith('delete')) return;
  const plain = typed.value.normalize('NFKC').toUpperCase().replace(/[^0-9A-Z]/g, '').slice(0, 12);
  typed.value = plain.replace(/(.{4})(?=.)/g, '$1-');
});

// One press is enough; say that it is being sent, since photos take their time.
document.querySelectorAll('form[data-intake]').forEach((form) => {
  form.addEventListener('submit', () => {
    const button = form.querySelector('button[type=submit]');
    button.setAttribute('aria-busy', 'true');
    button.lastChild.textContent = '正在提交，请稍等…';
  });
});

// Errors are read first.
document.querySelector('[data-focus]')?.focus();
