// Registering during a call: hands stay on the keyboard. Everything also works by tab and press.
import './styles/registration.css';

const form = document.getElementById('register');
const press = (name) => document.querySelector(`[data-key="${name}"]`)?.click();
const onspot = document.getElementById('onspot');

const said = document.querySelector('[data-when-onspot]');
const plain = said?.textContent;
function toggle() {
  if (said) said.textContent = onspot.checked ? said.dataset.whenOnspot : plain;
}
onspot?.addEventListener('change', toggle);
if (onspot) toggle();

const KEYS = {
  d: () => {
    onspot.click();
    if (onspot.checked) document.getElementById('reply_content').focus();
  },
  k: () => document.getElementById('lib').focus(),
};
document.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    press('save');
  } else if (event.key === 'Enter' && event.altKey) {
    event.preventDefault();
    press(form ? 'next' : 'again');
  } else if (event.altKey && form && KEYS[event.key.toLowerCase()]) {
    event.preventDefault();
    KEYS[event.key.toLowerCase()]();
  } else if (event.key === 'Enter' && event.target.matches('#register input:not([type=submit])')) {
    // Enter goes on to the next field; it never registers half a case
    event.preventDefault();
    onward(event.target);
  }
});

function onward(from) {
  if (from.id === 'lib') {
    document.querySelector('#answers [data-insert]')?.focus();
    return;
  }
  // as the tab key goes: one stop for a group of radio buttons
  const chosen = (field) => field.checked || !form.querySelector(`input[name="${field.name}"]:checked`);
  const fields = [...form.querySelectorAll('input, select, textarea, button')].filter(
    (field) =>
      field === from ||
      (field.tabIndex >= 0 &&
        !field.disabled &&
        field.offsetParent !== null &&
        (field.type !== 'radio' || (field.name !== from.name && chosen(field)))),
  );
  fields[fields.indexOf(from) + 1]?.focus();
}

// An answer of the library goes into the reply at the cursor; nothing typed there is replaced.
document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-insert]');
  if (!button) return;
  event.preventDefault();
  const answer = button.closest('.answer');
  const content = document.getElementById('reply_content');
  const basis = document.getElementById('reply_basis');
  if (!onspot.checked) onspot.click();
  const text = answer.querySelector('[data-body]').textContent.trim();
  content.value = content.value.trim() ? `${content.value.trim()}\n${text}` : text;
  if (!basis.value.trim()) basis.value = answer.querySelector('[data-basis]').textContent.trim();
  content.focus();
});

// A long import goes on by itself; without a script there is a button.
const going = document.querySelector('form[data-continue]');
if (going) setTimeout(() => going.requestSubmit(), 250);
